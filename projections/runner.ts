import { setTimeout as sleep } from 'node:timers/promises'
import type { Position } from '../eventstore/event.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { type Freshness, PositionWaiters } from './read-your-writes.ts'
import { Builder, type OnProgress } from './runner-builder.ts'
import { Lane, type Step } from './runner-lane.ts'
import { LiveLoop } from './runner-live.ts'
import { Member } from './runner-member.ts'
import { type RunnerOptions, type RunnerSettings, settingsOf } from './runner-options.ts'
import { Parts } from './runner-parts.ts'
import { Steward } from './runner-steward.ts'
import { Tasks } from './runner-tasks.ts'
import { UnknownProjection } from './unknown-projection.ts'
import type { ProjectionStatus } from './view-status.ts'

/** Milliseconds between looks at what others fold, while somebody waits for it. */
const glanceEvery = 20

/**
 * Keeps views up with the log, beside other runners over the same stores: each partition of a view is folded by the
 * one that holds its lease. `start` builds what has no live generation of its version, unless another runner does, and
 * follows the log with its share of the rest; `rebuild` works with or without it. What fails is tried again for ever,
 * apart from the others.
 */
class ProjectionRunner implements Freshness {
  readonly #settings: RunnerSettings
  readonly #members: ReadonlyMap<string, Member>
  readonly #tasks: Tasks
  /** Followers at the tail of the log. */
  readonly #lane: Lane
  readonly #loop: LiveLoop
  readonly #keeper: LeaseKeeper
  readonly #steward: Steward
  readonly #parts: Parts
  readonly #builder: Builder
  readonly #waiters = new PositionWaiters()
  #isStarted = false
  #logFailures = 0
  /** Where the log was when the runner started, and when it was last looked at. */
  #goal: Position | null = null
  #head: Position | null = null
  #wake = new AbortController()

  constructor(options: RunnerOptions) {
    this.#settings = settingsOf(options)
    const { events, documents, decode, batch, gatherMs, cached, clock, retry, lease } = this.#settings
    this.#members = new Map(
      options.projections.map((projection) => [projection.name, new Member(projection, clock.now())]),
    )
    this.#tasks = new Tasks(retry)
    this.#lane = new Lane(events, decode, cached.live, true)
    const { shares = true, ...held } = lease
    this.#keeper = new LeaseKeeper({
      ...held,
      leases: documents.leases,
      role: shares ? 'projector' : 'command line',
      onError: (error) => this.#settings.onFailure(error, null),
    })
    this.#steward = new Steward({
      events,
      documents,
      keeper: this.#keeper,
      members: [...this.#members.values()],
      shares,
      onDropped: (part) => this.#parts.leave(part),
      onLost: ({ member }, error) => this.#settings.onFailure(error, member.projection.name),
    })
    this.#loop = new LiveLoop({
      events,
      lane: this.#lane,
      batch,
      gatherMs,
      onStep: (step) => this.#stepped(step),
      onLogError: (error) => this.#logFailed(error),
    })
    this.#parts = new Parts({
      settings: this.#settings,
      tasks: this.#tasks,
      lane: this.#lane,
      loop: this.#loop,
      memberOf: (name) => this.#member(name),
      onAdvanced: () => this.#advanced(),
      onPassedOn: () => this.#wake.abort(),
    })
    this.#builder = new Builder({
      settings: this.#settings,
      tasks: this.#tasks,
      keeper: this.#keeper,
      steward: this.#steward,
      parts: this.#parts,
      loop: this.#loop,
      isFollowing: () => this.#isStarted,
      onFailed: (member, error) => this.#memberFailed(member, error),
      onEnded: () => this.#wake.abort(),
    })
  }

  /** Resolves once it is known what must be built; see `whenReady`. @throws what the stores throw */
  async start(): Promise<void> {
    if (this.#isStarted) return
    this.#isStarted = true
    const { documents, lease } = this.#settings
    await documents.sweep()
    await this.#keeper.start()
    this.#goal = await this.#settings.events.head()
    await this.#round()
    this.#tasks.run(this.#loop.run(this.#tasks.signal))
    this.#tasks.run(this.#rounds())
    if (lease.shares === false) return
    const otherwise = [...this.#members.values()].filter(
      ({ view }) => view !== null && view.checkpoints.length !== this.#settings.partitions,
    )
    if (otherwise.length > 0) this.#tasks.run(this.#rebuildApart(otherwise))
  }

  /** Ends after the batch at hand; builds under way are dropped, leases given back. The stores stay open. */
  async stop(): Promise<void> {
    this.#wake.abort()
    await this.#tasks.stop()
    await this.#steward.releaseAll()
    await this.#keeper.stop()
    for (const member of this.#members.values()) member.stop()
    this.#waiters.end()
  }

  /** Whether each projection has been built and has come to the head of the log once since the start. */
  get isReady(): boolean {
    return [...this.#members.values()].every(({ hasCaughtUp }) => hasCaughtUp)
  }

  /** Whether `isReady` came to be true within `timeoutMs`. */
  whenReady(timeoutMs: number): Promise<boolean> {
    return this.#glancing([...this.#members.values()], () => this.isReady, timeoutMs)
  }

  /** @throws {UnknownProjection} */
  async waitFor(
    position: Position,
    timeoutMs: number,
    projections: readonly string[] = [],
  ): Promise<boolean> {
    const members = this.#named(projections)
    this.hurry()
    return this.#glancing(members, () => members.every((member) => member.isAt(position)), timeoutMs)
  }

  /** Somebody waits for what is in the log by now: events are not left to gather first. */
  readonly hurry = (): void => this.#loop.hurry()

  async status(): Promise<readonly ProjectionStatus[]> {
    const now = this.#settings.clock.now()
    const sight = { owner: this.#keeper.owner, head: this.#head, isAtHead: this.#loop.isAtHead }
    return [...this.#members.values()].map((member) => member.status(now, sight))
  }

  /** Events passed over since the start because this program does not know their type or version. */
  get unknownEvents(): number {
    return this.#lane.unknown
  }

  /**
   * Builds projections anew beside what readers see, in one pass over the log, and swaps; all of them where none is
   * named. Waits for builds of the same projections that are under way here, then begins its own; where another
   * runner builds one of them, that build is waited for, and does.
   * @throws {UnknownProjection}, and what the stores throw; then what was live before still is
   */
  async rebuild(names: readonly string[] = [], onProgress?: OnProgress): Promise<void> {
    const members = this.#named(names)
    for (;;) {
      const busy = members.flatMap(({ building }) => building ?? [])
      if (busy.length === 0) break
      await Promise.allSettled(busy)
    }
    if (!this.#isStarted) await this.#settings.documents.sweep()
    const building = this.#builder.rebuild(members, onProgress)
    this.#tasks.run(building)
    await building
  }

  /** Beside what is followed meanwhile. Where it fails the views stay as they are, and the next start tries again. */
  async #rebuildApart(members: readonly Member[]): Promise<void> {
    try {
      await this.rebuild(members.map(({ projection }) => projection.name))
    } catch (error) {
      if (!this.#tasks.signal.aborted) this.#settings.onFailure(error, null)
    }
  }

  #member(name: string): Member {
    const member = this.#members.get(name)
    if (!member) throw new UnknownProjection(name, [...this.#members.keys()])
    return member
  }

  /** All, where none is named. */
  #named(names: readonly string[]): readonly Member[] {
    return names.length === 0 ? [...this.#members.values()] : names.map((name) => this.#member(name))
  }

  /** Waits for something that may come to be true elsewhere: then it takes looks to notice. */
  async #glancing(members: readonly Member[], isThere: () => boolean, timeoutMs: number): Promise<boolean> {
    let isOver = false
    const waiting = this.#waiters.wait(isThere, timeoutMs).finally(() => {
      isOver = true
    })
    const glance = async (): Promise<void> => {
      while (!isOver && !this.#tasks.signal.aborted) {
        await sleep(glanceEvery)
        if (isOver) return
        for (const member of members)
          if (member.isElsewhere) await this.#steward.glance(member).catch(() => undefined)
        if (members.some(({ isElsewhere }) => isElsewhere)) this.#advanced()
      }
    }
    void glance()
    return waiting
  }

  async #rounds(): Promise<void> {
    const { signal } = this.#tasks
    while (!signal.aborted) {
      const wake = AbortSignal.any([signal, this.#wake.signal])
      await sleep(this.#keeper.beatMs, undefined, { signal: wake }).catch(() => undefined)
      if (signal.aborted) return
      if (this.#wake.signal.aborted) this.#wake = new AbortController()
      await this.#round().catch((error: unknown) => this.#logFailed(error))
    }
  }

  /** Looks what there is to do, and begins it. */
  async #round(): Promise<void> {
    const { claimed, toBuild, head } = await this.#steward.round()
    this.#head = head
    if (toBuild.length > 0) this.#builder.buildMissing(toBuild)
    if (claimed.length > 0) this.#tasks.run(this.#parts.bring(claimed))
    this.#advanced()
  }

  #stepped(step: Step): void {
    this.#logFailures = 0
    this.#parts.stepped(step)
    this.#advanced()
  }

  #advanced(): void {
    for (const member of this.#members.values()) member.lookWhetherCaughtUp(this.#goal)
    this.#waiters.advanced()
    this.#settings.onStep()
  }

  #memberFailed(member: Member, error: unknown): void {
    if (this.#tasks.signal.aborted) return
    member.fail(error)
    this.#settings.onFailure(error, member.projection.name)
    member.isPausing = true
    this.#tasks.run(
      this.#tasks.pause(member.failures).then(() => {
        member.isPausing = false
        this.#wake.abort()
      }),
    )
  }

  async #logFailed(error: unknown): Promise<void> {
    this.#logFailures += 1
    this.#settings.onFailure(error, null)
    await this.#tasks.pause(this.#logFailures + 1)
  }
}

export type { ProjectionRunner }

/** Keeps the views of `projections` in `documents` up with the log in `events`. Nothing happens before `start`. */
export const createProjectionRunner = (options: RunnerOptions): ProjectionRunner =>
  new ProjectionRunner(options)
