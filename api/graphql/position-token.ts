/**
 * Positions as clients see them: opaque, with the log's epoch and the event that stands there, so that a token of
 * before a move or a restore is found again by its event, and never misread.
 */
import type { Position } from '../../eventstore/event.ts'
import type { EventStore } from '../../eventstore/port.ts'
import { RequestError } from './request-error.ts'

export interface PositionMark {
  readonly epoch: string
  readonly position: Position
  /** `stream@revision`. */
  readonly event: string
}

const eventShape = /^([a-z_]+-[!-?A-~]{1,200})@(\d{1,9})$/
const positionShape = /^(?:0|[1-9]\d{0,18})$/

export const writePosition = ({ epoch, position, event }: PositionMark): string =>
  Buffer.from(JSON.stringify([epoch, position, event])).toString('base64url')

const invalid = (): RequestError =>
  new RequestError('CURSOR_INVALID', 'This is no position. Use one that an answer gave you, as it was.')

/** @throws {RequestError} CURSOR_INVALID */
const readPosition = (token: string): PositionMark => {
  if (token.length > 600) throw invalid()
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString())
  } catch {
    throw invalid()
  }
  if (!Array.isArray(parsed) || parsed.length !== 3) throw invalid()
  const [epoch, position, event]: unknown[] = parsed
  if (typeof epoch !== 'string' || typeof position !== 'string' || typeof event !== 'string') throw invalid()
  if (!positionShape.test(position) || !eventShape.test(event)) throw invalid()
  return { epoch, position, event }
}

/**
 * Where a token points in the log as it is now.
 * @throws (rejects) {RequestError} CURSOR_INVALID, or CURSOR_EXPIRED where its event is not in this log
 */
export const resolvePosition = async (store: EventStore, token: string): Promise<Position> => {
  const mark = readPosition(token)
  if (mark.epoch === store.epoch) return mark.position
  const [, stream = '', revision = ''] = eventShape.exec(mark.event) ?? []
  const [found] = await store.readStream(stream, { from: Number(revision), limit: 1 })
  if (found === undefined || found.revision !== Number(revision))
    throw new RequestError(
      'CURSOR_EXPIRED',
      'The log was moved or restored since, without what this names. Begin anew.',
    )
  return found.position
}
