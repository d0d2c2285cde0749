/** How deep things are nested, found out with little of the stack: what reads them calls itself once for each level. */

/** Whether lists and objects stand more than so many levels deep in a value as JSON has them. */
export const deeperThan = (value: unknown, levels: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    // Most of it is neither: a look here saves a call.
    if (typeof inner === 'object' && inner !== null && deeperThan(inner, levels - 1)) return true
  }
  return false
}

/** Where a block string ends that begins at `from`. */
const endOfBlock = (text: string, from: number): number => {
  let end = text.indexOf('"""', from + 3)
  while (end !== -1 && text[end - 1] === '\\') end = text.indexOf('"""', end + 3)
  return end === -1 ? text.length : end + 3
}

/** Where a string of one line ends that begins at `from`: behind its quotation mark, or where its line ends. */
const endOfString = (text: string, from: number): number => {
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text[at]
    if (character === '\\') at += 1
    else if (character === '"') return at + 1
    else if (character === '\n' || character === '\r') return at
  }
  return text.length
}

const endOfLine = (text: string, from: number): number => {
  let at = from
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at += 1
  return at
}

/** Whether brackets of any kind stand more than so many levels deep in a document's text, outside strings and comments. */
export const bracketsDeeperThan = (text: string, levels: number): boolean => {
  let depth = 0
  let at = 0
  while (at < text.length) {
    const character = text[at]
    if (character === '"') at = text.startsWith('"""', at) ? endOfBlock(text, at) : endOfString(text, at)
    else if (character === '#') at = endOfLine(text, at)
    else {
      if (character === '{' || character === '[' || character === '(') {
        depth += 1
        if (depth > levels) return true
      } else if (character === '}' || character === ']' || character === ')') depth -= 1
      at += 1
    }
  }
  return false
}
