/**
 * Moves the log of a data folder to an EventStoreDB: appends are held off, every event is copied as it is and compared
 * with what came, then the file is closed for ever. Until then nothing has changed, and it can be run again.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { compareLogs, copyLog } from '../eventstore/copy-log.ts'
import { hostsOf } from '../eventstore/eventstoredb/connection.ts'
import {
  type EventStoreDbEventStore,
  openEventStoreDb,
} from '../eventstore/eventstoredb/eventstoredb-event-store.ts'
import { type EventStore, OutcomeUnknown, StoreUnavailable } from '../eventstore/port.ts'
import { holdLog } from '../eventstore/sqlite/close-log.ts'
import { openSqliteEventStore } from '../eventstore/sqlite/sqlite-event-store.ts'
import { canonicalJson } from '../platform/canonical.ts'
import { filesIn } from './data-folder.ts'
import { NoLog } from './deployment.ts'
import { queueNames } from './inside.ts'
import { rebuildViews } from './rebuild.ts'
import { openTributary, type TributaryOptions } from './tributary.ts'

export interface MigrateOptions extends Omit<TributaryOptions, 'founding' | 'clock' | 'eventStoreUrl'> {
  /** Connection string of the server. */
  readonly to: string
  readonly progress: (what: string, done: number, total: number) => void
}

export interface Migrated {
  readonly events: number
  /** Events that this run copied; the rest an earlier one had. */
  readonly copied: number
  /** Documents written when the views were built anew. */
  readonly documents: number
}

/** The copy is not what it should be. The log in the data folder is as it was, and goes on to serve. */
export class MoveFailed extends Error {
  override readonly name = 'MoveFailed'
}

/** Longer than the server may take under load: an append that gave up would let those behind it overtake. */
const appendMs = 60_000
/** How often, and after how many milliseconds, copying goes on where the server went away. */
const again = { times: 30, pauseMs: 2_000 } as const

const isPassing = (error: unknown): boolean =>
  error instanceof StoreUnavailable || error instanceof OutcomeUnknown

const copyAll = async (
  from: EventStore,
  to: EventStoreDbEventStore,
  onProgress: (copied: number) => void,
): Promise<number> => {
  let before = 0
  for (let failures = 0; ; ) {
    let now = 0
    try {
      const last = await to.last()
      return (
        before +
        (await copyLog({
          from,
          to,
          last,
          onProgress: (copied) => {
            now = copied
            failures = 0
            onProgress(before + copied)
          },
        }))
      )
    } catch (error) {
      failures += 1
      if (!isPassing(error) || failures > again.times) throw error
      before += now
      await pause(again.pauseMs)
    }
  }
}

const move = async (options: MigrateOptions): Promise<Omit<Migrated, 'documents'>> => {
  const { folder, to, progress } = options
  const { log, moved } = filesIn(folder)
  const source = await openSqliteEventStore(log)
  try {
    using held = holdLog(log)
    const target = await openEventStoreDb(to, { appendMs })
    try {
      const events = Number((await source.head()) ?? 0)
      const copied = await copyAll(source, target, (done) => progress('copy', done, events))
      const difference = await compareLogs(source, target, (done) => progress('compare', done, events))
      if (difference !== null)
        throw new MoveFailed(
          `The copy on ${hostsOf(to)} differs: ${difference} Empty its log, and run this again.`,
        )
      const fresh = `${moved}.${process.pid}`
      writeFileSync(fresh, `${canonicalJson({ events, to: hostsOf(to) })}\n`, { flush: true })
      held.closeForEver(`the log was moved to ${hostsOf(to)}: set TRIBUTARY_EVENTSTORE_URL`)
      renameSync(fresh, moved)
      return { events, copied }
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/**
 * What waits and what is due later stays where it is: jobs name events, not positions. What is being worked on would
 * find the log closed under it. @throws {MoveFailed}
 */
const refuseWhileWorking = async (opening: TributaryOptions): Promise<void> => {
  const { folder, redisUrl = null } = opening
  if (redisUrl === null && !existsSync(filesIn(folder).jobs)) return
  const tributary = await openTributary({ ...opening, founding: null })
  try {
    const engine = await tributary.jobs()
    for (const name of queueNames) {
      const { active } = await engine.queue(name).stats()
      if (active > 0)
        throw new MoveFailed(
          `A worker is at work on ${active} jobs (${name}). Stop the servers, wait half a minute, then run this again. Nothing was changed.`,
        )
    }
  } finally {
    await tributary.close()
  }
}

/** What an earlier run told of a move that it finished. @throws {MoveFailed} where that was to another server */
const movedBefore = (file: string, to: string): number => {
  const told: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const isTold = typeof told === 'object' && told !== null && 'to' in told && 'events' in told
  if (isTold && told.to === hostsOf(to) && typeof told.events === 'number') return told.events
  throw new MoveFailed(
    `The log of this folder was moved to ${isTold ? String(told.to) : 'another server'} before. Name that server.`,
  )
}

/**
 * @throws {NoLog} where the folder has none
 * @throws {NotTheSameLog | OrderBroken | MoveFailed} where the server's log is another, or the copy is none
 * @throws {StoreUnavailable | BadEventStoreUrl}
 */
export const migrate = async (options: MigrateOptions): Promise<Migrated> => {
  const { to, progress, ...opening } = options
  const { log, moved } = filesIn(options.folder)
  if (!existsSync(log)) throw new NoLog(`There is no log in ${options.folder} to be moved.`)
  if (!existsSync(moved)) await refuseWhileWorking(opening)
  const done = existsSync(moved) ? { events: movedBefore(moved, to), copied: 0 } : await move(options)
  const tributary = await openTributary({ ...opening, eventStoreUrl: to, founding: null })
  try {
    const documents = await rebuildViews(tributary, [], (scanned) =>
      progress('rebuild', scanned, done.events),
    )
    return { ...done, documents }
  } finally {
    await tributary.close()
  }
}
