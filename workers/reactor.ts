/**
 * A reactor follows the log and does something about what it reads: it appends further events through commands.
 * It may die anywhere and begin again at its checkpoint, so what it does has to be harmless when done twice.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Codec } from '../eventstore/codec.ts'
import type { Position, RecordedEvent, StoredEvent } from '../eventstore/event.ts'
import type { EventStore } from '../eventstore/port.ts'
import type { Clock } from '../platform/clock.ts'
import type { Checkpoint, DocumentStore, Generation } from '../projections/documents.ts'
import { type LeaseKeeper, leaseByName, leaseOfPartition } from '../projections/lease-keeper.ts'
import { buildLease, type Hold, LeaseLost, unclaimed } from '../projections/leases.ts'
import { traceReaction } from './reactor-trace.ts'

export interface Reactor {
  readonly name: string
  /** Event types that it looks at; others are scanned past. */
  readonly types: readonly string[]
  /** Which events of its types, in log order, are worth reading; all, where it is absent. What it throws is tried again. */
  readonly choose?: (events: readonly StoredEvent[]) => Promise<readonly StoredEvent[]>
  /**
   * Events in log order. Resolves once all that they lead to is in the log; what it throws is tried again. `again`: some
   * of it may have been done before, by a try that failed or a process that died.
   */
  readonly react: (events: readonly RecordedEvent<string, object>[], again: boolean) => Promise<void>
}

export interface ReactorStatus {
  readonly name: string
  readonly position: Position | null
  readonly scanned: number
  /** Milliseconds since the last handled event was recorded, 0 at the head of the log. */
  readonly lagMs: number
  /** Failures since the last success, and the message of the latest. */
  readonly failures: number
  readonly lastError: string | null
  /** Whether it is this one's turn: of several processes that could, one reacts. */
  readonly isActive: boolean
}

export interface ReactorParts {
  readonly store: EventStore
  readonly documents: DocumentStore
  readonly codec: Codec
  readonly clock: Clock
  /** Keeps its lease, so that one of several processes reacts; without one nobody else may. */
  readonly keeper?: LeaseKeeper
  readonly onError: (name: string, error: unknown) => void
  /** Events read at once; default 4,096. */
  readonly pageSize?: number
}

export interface RunningReactor {
  status(): ReactorStatus
  /** Resolves once everything up to a position was reacted to; false after `timeoutMs`. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>
  stop(): Promise<void>
}

const longestWaitMs = 30_000
/** A page of at least so many events shows that many come: then they may gather for so long, in milliseconds. */
const busyFrom = 32
const gatherMs = 100
/** Milliseconds between looks at what another process does whose turn it is. */
const standByMs = 200

/** Checkpoints stand in the document store, as those of views do: a generation without collections. */
const openCheckpoint = async (
  documents: DocumentStore,
  name: string,
  keeper: LeaseKeeper | undefined,
): Promise<Generation> => {
  for (;;) {
    const live = await documents.live(name)
    if (live !== null) return live
    const lease = leaseByName(documents.leases, buildLease(name))
    const token = keeper === undefined ? undefined : await keeper.claim(lease)
    if (token === null) await sleep(standByMs)
    // Another may have made it before this one claimed.
    else if ((await documents.live(name)) === null) {
      const fresh = await documents.begin({ name, version: 1, collections: [] })
      await documents.publish(fresh, token)
    }
    if (typeof token === 'number') await lease.release(token)
  }
}

/**
 * The place of a checkpoint in this log. In another epoch (a move to another engine, a restore) that is where its event
 * stands now, recorded at the same instant; null where it does not.
 */
const placeOf = async (
  { store, codec }: Pick<ReactorParts, 'store' | 'codec'>,
  stored: Checkpoint,
): Promise<Checkpoint | null> => {
  const { epoch, event, recordedAt } = stored
  if (epoch === store.epoch) return stored
  const at = event?.lastIndexOf('@') ?? -1
  if (event === null || at < 0) return null
  const [found] = await store.readStream(event.slice(0, at), { from: Number(event.slice(at + 1)), limit: 1 })
  if (found === undefined || codec.metadata(found).recordedAt !== recordedAt) return null
  return { ...stored, epoch: store.epoch, position: found.position }
}

/** Where to go on; from the beginning where the checkpoint has no place in this log. */
const checkpointIn = async (generation: Generation, parts: ReactorParts): Promise<Checkpoint> => {
  const stored = await generation.checkpoint()
  const begin = { epoch: parts.store.epoch, position: null, event: null, recordedAt: null, scanned: 0 }
  return (stored && (await placeOf(parts, stored))) ?? begin
}

class Running implements RunningReactor {
  readonly #reactor: Reactor
  readonly #parts: ReactorParts
  readonly #types: ReadonlySet<string>
  readonly #stopping = new AbortController()
  readonly #waiting = new Set<() => void>()
  readonly #done: Promise<void>
  #checkpoint: Checkpoint
  #atHead = false
  #failures = 0
  #lastError: string | null = null
  /** What follows the checkpoint may have been begun: by another process, or by a try that failed. */
  #again = true
  /** What it shows when it writes; null while it is another's turn. */
  #hold: Hold | null

  constructor(reactor: Reactor, parts: ReactorParts, generation: Generation, checkpoint: Checkpoint) {
    this.#reactor = reactor
    this.#parts = parts
    this.#types = new Set(reactor.types)
    this.#checkpoint = checkpoint
    this.#hold = parts.keeper === undefined ? unclaimed : null
    this.#done = this.#run(generation)
  }

  status(): ReactorStatus {
    const { position, scanned, recordedAt } = this.#checkpoint
    const behind = recordedAt === null ? 0 : Math.max(0, this.#parts.clock.now() - Date.parse(recordedAt))
    return {
      name: this.#reactor.name,
      position,
      scanned,
      lagMs: this.#atHead ? 0 : behind,
      failures: this.#failures,
      lastError: this.#lastError,
      isActive: this.#hold !== null,
    }
  }

  async waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    const until = performance.now() + timeoutMs
    while (!this.#reached(position)) {
      const left = until - performance.now()
      if (left <= 0 || this.#stopping.signal.aborted) return false
      await this.#moved(left)
    }
    return true
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#done
  }

  #reached(position: Position): boolean {
    const at = this.#checkpoint.position
    return at !== null && this.#parts.store.comparePositions(at, position) >= 0
  }

  #moved(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer)
        this.#waiting.delete(settle)
        resolve()
      }
      const timer = setTimeout(settle, timeoutMs)
      this.#waiting.add(settle)
    })
  }

  async #run(generation: Generation): Promise<void> {
    const { store, onError } = this.#parts
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        if (!(await this.#isOurTurn(generation))) {
          await this.#standBy(generation)
          continue
        }
        const read = await this.#page(generation)
        this.#again = false
        this.#failures = 0
        this.#lastError = null
        if (!this.#atHead) continue
        if (read >= busyFrom) await this.#pause(gatherMs)
        await store.waitForAppend(this.#checkpoint.position, 1_000, signal)
      } catch (error) {
        if (signal.aborted) break
        this.#again = true
        if (error instanceof LeaseLost) {
          this.#hold = null
          continue
        }
        this.#failures += 1
        this.#lastError = error instanceof Error ? error.message : String(error)
        onError(this.#reactor.name, error)
        await this.#pause(Math.min(longestWaitMs, 100 * 2 ** Math.min(this.#failures, 12)))
      }
    }
    // What cannot be given back now is free once the owner ends.
    if (this.#hold !== null) await generation.release(this.#hold).catch(() => undefined)
  }

  /** Looks before each page: what was lost while this process slept is not begun. */
  async #isOurTurn(generation: Generation): Promise<boolean> {
    const { keeper } = this.#parts
    if (keeper === undefined) return true
    if (this.#hold !== null) {
      const [lease] = await generation.leases()
      if (lease?.token === this.#hold.token) return true
      this.#hold = null
    }
    const token = await keeper.claim(leaseOfPartition(generation, 0))
    if (token === null) return false
    this.#checkpoint = await checkpointIn(generation, this.#parts)
    this.#again = true
    this.#hold = { partition: 0, token }
    return true
  }

  async #standBy(generation: Generation): Promise<void> {
    const { store } = this.#parts
    this.#checkpoint = await checkpointIn(generation, this.#parts)
    const head = await store.head()
    this.#atHead = head === null || this.#reached(head)
    for (const settle of [...this.#waiting]) settle()
    await this.#pause(standByMs)
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#stopping
      const settle = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', settle)
        resolve()
      }
      const timer = setTimeout(settle, milliseconds)
      signal.addEventListener('abort', settle)
    })
  }

  /** Answers how many events it read. */
  async #page(generation: Generation): Promise<number> {
    const { store, codec, pageSize = 4_096 } = this.#parts
    const page = await store.readLog(this.#checkpoint.position, pageSize)
    const ofTypes = page.events.filter(({ type }) => this.#types.has(type))
    const chosen = ofTypes.length === 0 ? [] : await (this.#reactor.choose?.(ofTypes) ?? ofTypes)
    const events = chosen.flatMap((stored) => codec.decode(stored) ?? [])
    if (events.length > 0)
      await traceReaction(this.#reactor.name, events, () => this.#reactor.react(events, this.#again))
    const last = page.events.at(-1)
    if (last !== undefined) {
      this.#checkpoint = {
        epoch: store.epoch,
        position: page.next,
        event: `${last.stream}@${last.revision}`,
        recordedAt: codec.metadata(last).recordedAt,
        scanned: this.#checkpoint.scanned + page.events.length,
      }
      await generation.write([], this.#checkpoint, this.#hold ?? unclaimed)
    }
    this.#atHead = page.atHead
    for (const settle of [...this.#waiting]) settle()
    return page.events.length
  }
}

/**
 * Starts a reactor at its checkpoint; where that has no place in this log at the beginning, since what it did before
 * it finds done.
 */
export const startReactor = async (reactor: Reactor, parts: ReactorParts): Promise<RunningReactor> => {
  const generation = await openCheckpoint(parts.documents, reactor.name, parts.keeper)
  return new Running(reactor, parts, generation, await checkpointIn(generation, parts))
}
