/** What every adapter checks of an append before it looks at the stream, so that all refuse the same. */
import { type Append, AppendTooLarge, appendLimits, InvalidAppend } from './port.ts'

/** Longest stream name and event type, in characters (which are ASCII). */
const nameLimits = { stream: 200, type: 100 } as const

// A letter first: engines keep names that begin with `$` to themselves.
const streamName = /^[A-Za-z][A-Za-z0-9_]*-[\x21-\x7e]+$/
const typeName = /^[A-Za-z][A-Za-z0-9_.]*$/
const hexHash = /^[0-9a-f]{64}$/
// No UTF-16 unit takes more than three bytes of UTF-8.
const maxBytesPerUnit = 3

const quoted = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)

/** True where a stream may have this name: `{category}-{id}`, printable ASCII, the category without a dash. */
const isStreamName = (name: string): boolean => name.length <= nameLimits.stream && streamName.test(name)

const checkEvents = ({ stream, expectedRevision, events }: Append): void => {
  let revision = expectedRevision
  for (const event of events) {
    revision += 1
    if (event.stream !== stream)
      throw new InvalidAppend(
        `An append to ${stream} holds an event of ${quoted(event.stream)}. Append each stream by itself.`,
      )
    if (event.revision !== revision)
      throw new InvalidAppend(
        `An append to ${stream} at revision ${expectedRevision} holds revision ${event.revision} where ${revision} is due.`,
      )
    if (event.type.length > nameLimits.type || !typeName.test(event.type))
      throw new InvalidAppend(
        `${stream}@${revision} has the type ${quoted(event.type)}. A type is up to ${nameLimits.type} letters, digits, dots and underscores, a letter first.`,
      )
    if (!Number.isSafeInteger(event.schemaVersion) || event.schemaVersion < 1)
      throw new InvalidAppend(
        `${stream}@${revision} has the schema version ${event.schemaVersion}. Versions count from 1.`,
      )
    if (!hexHash.test(event.hash))
      throw new InvalidAppend(`${stream}@${revision} is not sealed: its hash is no lower-case hex SHA-256.`)
  }
}

const checkSize = ({ stream, events }: Append): void => {
  if (events.length > appendLimits.events)
    throw new AppendTooLarge(
      `An append to ${stream} holds ${events.length} events, the most is ${appendLimits.events}. Append it in parts.`,
    )
  let units = 0
  for (const event of events) units += event.data.length + event.metadata.length
  if (units * maxBytesPerUnit <= appendLimits.bytes) return
  let bytes = 0
  for (const event of events) bytes += Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata)
  if (bytes > appendLimits.bytes)
    throw new AppendTooLarge(
      `An append to ${stream} holds ${bytes} bytes, the most is ${appendLimits.bytes}. Append it in parts, or put less in one event.`,
    )
}

/**
 * Form and size of an append, without a look at the stream.
 * @throws {InvalidAppend | AppendTooLarge}
 */
export const checkAppend = (append: Append): void => {
  if (!isStreamName(append.stream))
    throw new InvalidAppend(
      `${quoted(append.stream)} is no stream name. One is {category}-{id}, up to ${nameLimits.stream} printable ASCII characters, the category of letters, digits and underscores.`,
    )
  if (!Number.isSafeInteger(append.expectedRevision) || append.expectedRevision < -1)
    throw new InvalidAppend(
      `An append to ${append.stream} expects revision ${append.expectedRevision}. Revisions count from 0, and -1 is a stream that does not exist.`,
    )
  if (append.events.length === 0)
    throw new InvalidAppend(`An append to ${append.stream} holds no events. Append at least one.`)
  checkSize(append)
  checkEvents(append)
}
