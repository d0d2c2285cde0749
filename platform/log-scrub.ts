/**
 * What must not be read in a log, whatever wrote it there: messages of errors come from libraries too, and may repeat
 * what they were given.
 */
import { stdSerializers } from 'pino'

const hidden = '[hidden]'

/** Each of them is found within a JSON text, and leaves it one. */
const secrets: readonly (readonly [RegExp, string])[] = [
  // JSON Web Tokens, API keys, secrets of webhooks, and whatever is sent to say who somebody is.
  [/eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, hidden],
  [/\btk_[\w.-]+/g, hidden],
  [/whsec_[\w+/=-]+/g, hidden],
  [/\b(Bearer|Basic) [^\s"\\]+/gi, `$1 ${hidden}`],
  // Users and passwords in addresses of servers.
  [/:\/\/[^\s/@"\\]+@/g, `://${hidden}@`],
  [/[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}/gi, hidden],
  [/\+\d[\d ().-]{6,}\d/g, hidden],
]

export const scrub = (line: string): string => {
  let scrubbed = line
  for (const [shape, instead] of secrets) scrubbed = scrubbed.replace(shape, instead)
  return scrubbed
}

const mostCharacters = 4_000

/** The parser of JSON quotes the text that it cannot read: only what is wrong with it is told. */
const withoutQuote = (text: string): string =>
  text.replace(/(Unexpected [^\n]{0,40}?|Expected [^\n]{0,80}?), (?:\.\.\.)?"[^\n]* is not valid JSON/g, '$1')

/** Type, message, stack and code, with those of its causes; none of the other properties that libraries add. */
export const errorForLog = (error: unknown): object => {
  if (!(error instanceof Error))
    return { type: typeof error, message: withoutQuote(String(error)).slice(0, mostCharacters) }
  const { type, message, stack } = stdSerializers.err(error)
  return {
    type,
    message: withoutQuote(message).slice(0, mostCharacters),
    stack: withoutQuote(stack).slice(0, mostCharacters),
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
  }
}
