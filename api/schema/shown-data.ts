/** Data of events as people see it: what proves or holds a secret stays in the log. */
import { sealed } from '../../domain/events/shapes.ts'
import { isRecord } from '../graphql/input-value.ts'

const hidden = '(not shown)'

/** Properties whose value is never shown, whatever event they are in. */
const secret: ReadonlySet<string> = new Set(['secretHash'])

/** What tells whose secret a sealed value is, and what for; its text is as good as the secret once a key is known. */
const shownSealed = ({ subject, purpose }: Readonly<Record<string, unknown>>) => ({
  subject,
  purpose,
  iv: hidden,
  text: hidden,
  tag: hidden,
})

/** The same data, with `(not shown)` for hashes of secrets and for the text of sealed values, at any depth. */
export const shownData = (data: unknown): unknown => {
  if (Array.isArray(data)) return data.map(shownData)
  if (!isRecord(data)) return data
  if (sealed.safeParse(data).success) return shownSealed(data)
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, secret.has(name) ? hidden : shownData(value)]),
  )
}
