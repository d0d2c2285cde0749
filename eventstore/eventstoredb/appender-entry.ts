/** The thread whose client appends: see appender-thread.ts. What goes wrong in here ends the thread, and no more. */
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { ErrorType, type JSONEventData, NO_STREAM, WrongExpectedVersionError } from '@eventstore/db-client'
import {
  type AppenderReport,
  type AppenderStart,
  type AppendOrder,
  type AppendReport,
  isAppenderOrder,
  isAppenderStart,
} from './appender-messages.ts'
import { openClient } from './connection.ts'
import { isOfType } from './errors.ts'
import { linked, type Proposal } from './mapping.ts'

/** Milliseconds between signs of life asked of a server that gives none: doubling, from the first to the longest. */
const pauses = { first: 100, longest: 5_000 }

/** An append of nothing makes no stream; it shows that the server takes appends, and opens the connection for them. */
const pingStream = 'tributary-ping'

if (parentPort === null || !isAppenderStart(workerData))
  throw new TypeError('This file is run as a thread: see appender-thread.ts.')
const port = parentPort
const start: AppenderStart = workerData
const client = openClient(start.url, start.turn)
const tell = (report: AppenderReport): void => port.postMessage(report)
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const isData = (value: unknown): value is JSONEventData['data'] =>
  typeof value === 'string' || (typeof value === 'object' && value !== null)

const eventOf = ({ id, type, data, metadata }: Proposal): JSONEventData => {
  const parsed: unknown = JSON.parse(data)
  if (!isData(parsed)) throw new TypeError(`The data of a ${type} is no object, list or text.`)
  return { id, type, contentType: 'application/json', data: parsed, metadata: linked(JSON.parse(metadata)) }
}

const refusals = [
  [ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED, 'TOO_LARGE'],
  [ErrorType.ACCESS_DENIED, 'DENIED'],
  [ErrorType.STREAM_DELETED, 'DELETED'],
] as const

const failureOf = (seq: number, error: unknown): AppendReport => {
  const message = messageOf(error)
  if (error instanceof WrongExpectedVersionError) {
    const { actualVersion } = error
    return { kind: 'moved', seq, actual: typeof actualVersion === 'bigint' ? Number(actualVersion) : -1 }
  }
  for (const [type, reason] of refusals)
    if (isOfType(error, type)) return { kind: 'refused', seq, reason, message }
  return { kind: 'unknown', seq, gaveUp: isOfType(error, ErrorType.DEADLINE_EXCEEDED), message }
}

const append = async ({ seq, stream, expectedRevision, events }: AppendOrder): Promise<void> => {
  try {
    const { nextExpectedRevision, position } = await client.appendToStream(stream, events.map(eventOf), {
      expectedRevision: expectedRevision < 0 ? NO_STREAM : BigInt(expectedRevision),
    })
    tell({
      kind: 'appended',
      seq,
      revision: Number(nextExpectedRevision),
      commit: position?.commit.toString() ?? null,
      prepare: position?.prepare.toString() ?? null,
    })
  } catch (error) {
    const report = failureOf(seq, error)
    tell(report)
    if (report.kind !== 'unknown') return
    // The client stays with a node that is no leader any more; the next thread's looks for the leader.
    if (isOfType(error, ErrorType.NOT_LEADER)) process.exit()
    void check()
  }
}

const ping = async (): Promise<void> => {
  const answered = client.appendToStream(pingStream, [], { expectedRevision: NO_STREAM })
  const inTime = await Promise.race([answered.then(() => true), pause(start.pingMs, false)])
  // What hangs once hangs on: only another thread, with another connection, gets further.
  if (!inTime) process.exit()
}

let isChecking = false
let isUp = false

/** Asks for a sign of life until there is one. */
const check = async (): Promise<void> => {
  if (isChecking) return
  isChecking = true
  for (let pauseMs = pauses.first; ; pauseMs = Math.min(pauses.longest, pauseMs * 2)) {
    try {
      await ping()
      break
    } catch (error) {
      isUp = false
      tell({ kind: 'down', message: messageOf(error) })
      await pause(pauseMs * (0.5 + Math.random() / 2))
    }
  }
  isChecking = false
  if (!isUp) tell({ kind: 'up' })
  isUp = true
}

port.on('message', (order: unknown) => {
  if (!isAppenderOrder(order)) return
  if (order.kind === 'stop') process.exit()
  void append(order)
})
void check()
