/**
 * What a process has done outside of the log is not done again when its checkpoint is lost, as it is when views are
 * thrown away, or when positions lose their meaning, as they do when a log moves or is restored. So how far it came is
 * kept with the jobs, too: what stands before that is passed.
 */
import { z } from 'zod'
import type { Position, RecordedEvent } from '../../eventstore/event.ts'
import type { JobEngine } from '../queue.ts'

type Standing = Pick<RecordedEvent, 'position' | 'metadata'>

export interface Gate {
  /**
   * Where nothing is kept, what is in the log by now is passed: jobs that were lost are not guessed from the log, which
   * would do again what was done.
   */
  begin(head: Position | null, now: string): Promise<void>
  /** Tells of an event whether it was passed before. */
  passed(): Promise<(event: Standing) => boolean>
  /** All up to this event is done. */
  pass(event: Standing): Promise<void>
}

export interface GateParts {
  readonly engine: Pick<JobEngine, 'mark' | 'setMark'>
  readonly name: string
  /** Of the log. */
  readonly epoch: string
  readonly comparePositions: (a: Position, b: Position) => number
}

/** `position` null: before the first event. */
const markShape = z.object({ epoch: z.string(), position: z.string().nullable(), recordedAt: z.string() })
type Mark = z.infer<typeof markShape>

/**
 * In another epoch only times tell what was before, and clocks of several machines differ by as much, in milliseconds:
 * what lies so close to the mark is done again, under the same ids.
 */
const doubtMs = 60_000

export const createGate = ({ engine, name, epoch, comparePositions }: GateParts): Gate => {
  const read = async (): Promise<Mark | null> => {
    const text = await engine.mark(name)
    return text === null ? null : markShape.parse(JSON.parse(text))
  }
  const keep = (mark: Mark): Promise<void> => engine.setMark(name, JSON.stringify(mark))
  const isBefore = (mark: Mark | null, { position, metadata }: Standing, doubt: number): boolean => {
    if (mark === null) return false
    if (mark.epoch === epoch) return mark.position !== null && comparePositions(position, mark.position) <= 0
    return Date.parse(metadata.recordedAt) <= Date.parse(mark.recordedAt) - doubt
  }
  return {
    begin: async (head, now) => {
      if ((await read()) === null) await keep({ epoch, position: head, recordedAt: now })
    },
    passed: async () => {
      const mark = await read()
      return (event) => isBefore(mark, event, doubtMs)
    },
    pass: async (event) => {
      // Who begins anew comes by what was done long ago, and the mark stays where it is.
      if (isBefore(await read(), event, 0)) return
      const { position, metadata } = event
      await keep({ epoch, position, recordedAt: metadata.recordedAt })
    },
  }
}
