/**
 * Commands in flight over servers that fail, and what has to hold of the log afterwards. Whoever gets no answer asks
 * again with the same command id, as clients do.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { verifyLog } from '../../eventstore/chain.ts'
import { createCodec, eventName } from '../../eventstore/codec.ts'
import { Overloaded, TooMuchContention } from '../../eventstore/command.ts'
import type { StoredEvent } from '../../eventstore/event.ts'
import {
  type EventStoreDbOptions,
  openEventStoreDb,
} from '../../eventstore/eventstoredb/eventstoredb-event-store.ts'
import { createCommandHandler } from '../../eventstore/handler.ts'
import { type EventStore, OutcomeUnknown, StoreUnavailable } from '../../eventstore/port.ts'
import { systemClock } from '../../platform/clock.ts'
import { meta, metadataText } from '../contract/command-handler-kit.ts'
import { type WalletCommand, wallet, walletCatalogue } from '../contract/command-handler-wallet.ts'
import { readAll } from '../contract/eventstore/kit.ts'
import { until } from '../support/until.ts'

/** Time-outs that tests can wait for. */
export const shortTimes = { appendMs: 1_000, patienceMs: 300, readMs: 1_000 } satisfies EventStoreDbOptions
/** Longer than each of `shortTimes` and what the handler waits on top, in milliseconds. */
const doubtMs = 1_500

/** Opens the log once the server answers: it may not yet. */
const openOnceThere = (url: string, times?: EventStoreDbOptions): Promise<EventStore> =>
  until('the log can be opened', () => openEventStoreDb(url, times))

interface Acknowledged {
  readonly event: string | null
  readonly position: string | null
  readonly events: number
}

/** The command of a lane's turn: mostly a stream of its own with several events, at times one of a few that all write to. */
const commandOf = (who: string, turn: number): { id: string; command: WalletCommand; events: number } =>
  turn % 4 === 0
    ? { id: `shared${turn % 3}`, command: { type: 'Deposit', amount: 1, note: who }, events: 1 }
    : { id: who, command: { type: 'DepositMany', amounts: [1, 2, 3] }, events: 3 }

export interface LoadOptions {
  readonly lanes: number
  readonly times?: EventStoreDbOptions
  /** Tells apart the processes that write to one log. */
  readonly who?: string
}

/** A process that writes to the log on the server at `url`. */
export class Load {
  readonly store: EventStore
  readonly acknowledged = new Map<string, Acknowledged>()
  /** Told that nothing was changed, and not asked again. */
  readonly refused = new Set<string>()
  /** How often what was answered. */
  readonly failures = new Map<string, number>()
  readonly #lanes: Promise<unknown>
  #stopped = false
  #attempts = 0

  private constructor(store: EventStore, { lanes, who = 'one' }: LoadOptions) {
    this.store = store
    const handler = createCommandHandler({
      store,
      clock: systemClock,
      codec: createCodec(walletCatalogue),
      limits: { doubtMs },
    })
    const ask = async (name: string, turn: number): Promise<void> => {
      const { id, command, events } = commandOf(name, turn)
      for (let isInDoubt = false; ; ) {
        this.#attempts += 1
        try {
          const { event, position } = await handler.execute(wallet, id, command, meta({ commandId: name }))
          this.acknowledged.set(name, { event, position, events })
          return
        } catch (error) {
          this.#count(error)
          if (error instanceof OutcomeUnknown) isInDoubt = true
          if (error instanceof StoreUnavailable && !isInDoubt && turn % 2 === 0) {
            this.refused.add(name)
            return
          }
        }
        await sleep(20 + Math.random() * 50)
      }
    }
    const lane = async (_: unknown, index: number): Promise<void> => {
      for (let turn = 0; !this.#stopped; turn += 1) await ask(`${who}.${index}.${turn}`, turn)
    }
    this.#lanes = Promise.all(Array.from({ length: lanes }, lane))
    // Told to whoever waits for the lanes.
    this.#lanes.catch(() => {})
  }

  static async start(url: string, options: LoadOptions): Promise<Load> {
    return new Load(await openOnceThere(url, options.times), options)
  }

  /** Resolves once so many more commands are acknowledged than now. */
  async progress(count: number): Promise<void> {
    const wanted = this.acknowledged.size + count
    await Promise.race([
      until(`${count} more commands are acknowledged`, () => this.acknowledged.size >= wanted),
      this.#lanes,
    ])
  }

  /** Resolves once so many more attempts have ended without an acknowledgement than now. */
  async failing(count: number): Promise<void> {
    const failed = (): number => [...this.failures.values()].reduce((sum, times) => sum + times, 0)
    const wanted = failed() + count
    await Promise.race([until(`${count} more attempts failed`, () => failed() >= wanted), this.#lanes])
  }

  /** Asks for nothing new, and resolves once all that was asked is answered. Again does nothing more. */
  async finish(): Promise<void> {
    this.#stopped = true
    await this.#lanes
    await this.store.close()
  }

  /** @throws what no client would try again on */
  #count(error: unknown): void {
    const isRetryable =
      error instanceof OutcomeUnknown ||
      error instanceof StoreUnavailable ||
      error instanceof TooMuchContention ||
      error instanceof Overloaded
    if (!isRetryable) throw error
    this.failures.set(error.name, (this.failures.get(error.name) ?? 0) + 1)
  }
}

/** Reads the log as a projector does while servers fail, and remembers what came. */
export class Follower {
  readonly seen: StoredEvent[] = []
  readonly #store: EventStore
  readonly #done = new AbortController()
  readonly #following: Promise<void>

  private constructor(store: EventStore) {
    this.#store = store
    this.#following = this.#follow()
  }

  static async start(url: string, times?: EventStoreDbOptions): Promise<Follower> {
    return new Follower(await openOnceThere(url, times))
  }

  async #follow(): Promise<void> {
    for (let next: string | null = null; ; ) {
      const isLast = this.#done.signal.aborted
      try {
        const page = await this.#store.readLog(next, 500)
        this.seen.push(...page.events)
        next = page.next
        if (page.atHead && isLast) return
        if (page.atHead) await this.#store.waitForAppend(next, 1_000, this.#done.signal)
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error
        await sleep(50)
      }
    }
  }

  /** What came up to the log's end. */
  async finish(): Promise<readonly StoredEvent[]> {
    this.#done.abort()
    await this.#following
    await this.#store.close()
    return this.seen
  }
}

/** Every acknowledged command stands in the log once, whole, where its answer said; no refused one does; chains hold. */
const expectSound = async (url: string, loads: readonly Load[]): Promise<readonly StoredEvent[]> => {
  const store = await openOnceThere(url)
  try {
    const log = await readAll(store)
    expect(await verifyLog(store)).toMatchObject({ broken: null, events: log.length })
    const byCommand = Map.groupBy(log, (event) => metadataText(event, 'commandId'))
    const streams = new Map(log.map((event) => [event.position, event.stream]))
    const asked = loads.flatMap(({ acknowledged }) => [...acknowledged])
    for (const [name, { event, position, events }] of asked) {
      const found = byCommand.get(name) ?? []
      expect([name, found.length]).toEqual([name, events])
      const last = found.at(-1)
      expect(last && eventName(last.stream, last.revision)).toBe(event)
      // Where a read failed, that of the last event appended with it is told: who waits for it sees both.
      const isAtOrAfter = store.comparePositions(position ?? '0', last?.position ?? '0') >= 0
      expect(isAtOrAfter && streams.get(position ?? '')).toBe(last?.stream)
    }
    expect(loads.flatMap(({ refused }) => [...refused]).filter((name) => byCommand.has(name))).toEqual([])
    expect(byCommand.size).toBe(asked.length)
    return log
  } finally {
    await store.close()
  }
}

/** Ends the loads and the follower, and checks all that has to hold. Answers how many commands there were. */
export const expectSoundAfter = async (
  url: string,
  loads: readonly Load[],
  follower?: Follower,
): Promise<number> => {
  for (const load of loads) await load.finish()
  const log = await expectSound(url, loads)
  if (follower !== undefined) expect(await follower.finish()).toEqual(log)
  return loads.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0)
}
