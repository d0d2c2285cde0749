import type { Position } from '../eventstore/event.ts'
import { GenerationBehind } from './documents.ts'
import { comparePositions } from './order.ts'
import { type Freshness, PositionWaiters } from './read-your-writes.ts'
import { type BuildProgress, build, catchUp, discardAll } from './rebuild.ts'
import type { Follower } from './runner-follower.ts'
import { Lane, type Step } from './runner-lane.ts'
import { LiveLoop } from './runner-live.ts'
import { type RunnerOptions, type RunnerSettings, settingsOf } from './runner-options.ts'
import { resume } from './runner-resume.ts'
import { Member, type ProjectionStatus } from './runner-status.ts'
import { Tasks } from './runner-tasks.ts'

type OnProgress = (progress: BuildProgress) => void

/** There is no projection of that name. */
export class UnknownProjection extends Error {
  override readonly name = 'UnknownProjection'
  constructor(projection: string, known: readonly string[]) {
    super(`There is no projection ${JSON.stringify(projection)}. There are ${known.join(', ')}.`)
  }
}

/**
 * Keeps views up with the log. `start` builds what has no live generation of its version and follows the log with the
 * rest; `rebuild` works with or without it. What fails is tried again for ever, apart from the others.
 */
class ProjectionRunner implements Freshness {
  readonly #settings: RunnerSettings
  readonly #members: ReadonlyMap<string, Member>
  readonly #tasks: Tasks
  /** Followers at the tail of the log. */
  readonly #lane: Lane
  readonly #loop: LiveLoop
  readonly #waiters = new PositionWaiters()
  #isStarted = false
  #logFailures = 0

  constructor(options: RunnerOptions) {
    this.#settings = settingsOf(options)
    const { events, decode, batch, gatherMs, cached, clock, retry } = this.#settings
    this.#members = new Map(
      options.projections.map((projection) => [projection.name, new Member(projection, clock.now())]),
    )
    this.#tasks = new Tasks(retry)
    this.#lane = new Lane(events, decode, cached.live)
    this.#loop = new LiveLoop({
      events,
      lane: this.#lane,
      batch,
      gatherMs,
      onStep: (step) => this.#stepped(step),
      onLogError: (error) => this.#logFailed(error),
    })
  }

  /** Resolves once it is known what must be built; see `whenReady`. @throws what the stores throw */
  async start(): Promise<void> {
    if (this.#isStarted) return
    this.#isStarted = true
    await this.#settings.documents.sweep()
    const toBuild: Member[] = []
    const toFollow: { readonly member: Member; readonly follower: Follower }[] = []
    for (const member of this.#members.values()) {
      const { follower } = await this.#resume(member)
      if (follower) toFollow.push({ member, follower })
      else toBuild.push(member)
    }
    // Those that stand furthest begin to follow at once; the others come to them, each on its own.
    toFollow.sort((a, b) => comparePositions(b.follower.cursor.position, a.follower.cursor.position))
    const furthest = toFollow[0]?.follower.cursor.position ?? null
    for (const { member, follower } of toFollow) {
      member.follow(follower)
      if (comparePositions(follower.cursor.position, furthest) === 0) this.#lane.add(follower)
      else this.#tasks.run(this.#bring(member, follower))
    }
    this.#tasks.run(this.#loop.run(this.#tasks.signal))
    if (toBuild.length > 0) this.#tasks.run(this.#buildFirst(toBuild))
  }

  /** Ends after the batch at hand; builds under way are dropped. The stores stay open. */
  async stop(): Promise<void> {
    await this.#tasks.stop()
    for (const member of this.#members.values()) member.stop()
    this.#waiters.end()
  }

  /** Whether each projection has been built and has come to the head of the log once since the start. */
  get isReady(): boolean {
    return [...this.#members.values()].every(({ hasCaughtUp }) => hasCaughtUp)
  }

  /** Whether `isReady` came to be true within `timeoutMs`. */
  whenReady(timeoutMs: number): Promise<boolean> {
    return this.#waiters.wait(() => this.isReady, timeoutMs)
  }

  /** @throws {UnknownProjection} */
  async waitFor(
    position: Position,
    timeoutMs: number,
    projections: readonly string[] = [],
  ): Promise<boolean> {
    const members = this.#named(projections)
    this.hurry()
    return this.#waiters.wait(() => members.every((member) => member.isAt(position)), timeoutMs)
  }

  /** Somebody waits for what is in the log by now: events are not left to gather first. */
  readonly hurry = (): void => this.#loop.hurry()

  async status(): Promise<readonly ProjectionStatus[]> {
    const now = this.#settings.clock.now()
    const { isAtHead } = this.#loop
    return [...this.#members.values()].map((member) => member.status(now, isAtHead))
  }

  /** Events passed over since the start because this program does not know their type or version. */
  get unknownEvents(): number {
    return this.#lane.unknown
  }

  /**
   * Builds projections anew beside what readers see, in one pass over the log, and swaps; all of them where none is
   * named. Waits for builds of the same projections that are under way, then begins its own.
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
    const building = this.#build(members, onProgress)
    this.#tasks.run(building)
    await building
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

  #resume(member: Member) {
    const { events, documents, clock } = this.#settings
    const { projection, tally } = member
    return resume({ events, documents, projection, tally, now: () => clock.now() })
  }

  async #buildFirst(members: readonly Member[]): Promise<void> {
    try {
      await this.#build(members)
    } catch (error) {
      for (const member of members) this.#failed(member, error)
      await Promise.all(members.map((member) => this.#bring(member, null)))
    }
  }

  /** Brings one projection to the others, as often as it takes. */
  async #bring(member: Member, known: Follower | null): Promise<void> {
    let follower = known
    while (!this.#tasks.signal.aborted) {
      try {
        if (!follower) {
          await this.#tasks.pause(member.failures)
          await member.building?.catch(() => undefined)
          // Rebuilt meanwhile, and well again.
          if (member.follower) return
          const resumed = await this.#resume(member)
          follower = resumed.follower
          if (member.hasCaughtUp && ![null, member.projection.version].includes(resumed.liveVersion)) {
            // Another release took over while we ran: its views are not ours to replace.
            member.supersede()
            return
          }
        }
        if (follower) await this.#followOn(member, follower)
        else await this.#build([member])
        return
      } catch (error) {
        follower = null
        this.#failed(member, error)
      }
    }
  }

  async #followOn(member: Member, follower: Follower): Promise<void> {
    const { events, decode, cached, batch } = this.#settings
    const lane = new Lane(events, decode, cached.live)
    lane.add(follower)
    member.follow(follower)
    await catchUp(lane, batch.catchUp, this.#tasks.signal, null, () => this.#advanced())
    await this.#loop.join(lane, async () => undefined)
  }

  #build(members: readonly Member[], onProgress?: OnProgress): Promise<void> {
    const building = this.#buildAndSwap(members, onProgress)
    for (const member of members) member.building = building
    const done = () => {
      for (const member of members) member.building = null
    }
    building.then(done, done)
    return building
  }

  async #buildAndSwap(members: readonly Member[], onProgress?: OnProgress): Promise<void> {
    const { events, documents, decode, batch, cached, clock } = this.#settings
    const { signal } = this.#tasks
    const lane = await build({
      events,
      documents,
      decode,
      projections: members.map(({ projection }) => projection),
      now: () => clock.now(),
      page: batch.rebuild,
      cachedWhileBuilding: cached.rebuild,
      cachedAfter: cached.live,
      tallyOf: ({ name }) => this.#member(name).tally,
      signal,
      ...(onProgress && { onProgress }),
    })
    const { followers } = lane
    const swap = () => this.#swap(followers)
    for (;;) {
      try {
        await (this.#isStarted ? this.#loop.join(lane, swap) : swap())
        return
      } catch (error) {
        // Behind: another process brought the live one further than we have read.
        if (error instanceof GenerationBehind) await catchUp(lane, batch.catchUp, signal)
        else {
          const generations = followers.map(({ generation }) => generation)
          await discardAll(documents, generations)
          this.#recover(followers, error)
          throw error
        }
      }
    }
  }

  /** Readers see the new generations from here on. */
  async #swap(followers: readonly Follower[]): Promise<void> {
    for (const follower of followers) {
      await this.#settings.documents.publish(follower.generation)
      this.#member(follower.projection.name).follow(follower)
    }
  }

  /** Where some of several were swapped before the rest failed: those go on from what they wrote. */
  #recover(followers: readonly Follower[], error: unknown): void {
    for (const follower of followers) {
      const member = this.#member(follower.projection.name)
      if (member.follower !== follower) continue
      this.#failed(member, error)
      this.#tasks.run(this.#bring(member, null))
    }
  }

  #stepped({ failed, atHead }: Step): void {
    this.#logFailures = 0
    for (const { follower, error } of failed) {
      const member = this.#member(follower.projection.name)
      this.#failed(member, error)
      this.#tasks.run(this.#bring(member, null))
    }
    if (atHead) for (const { projection } of this.#lane.followers) this.#member(projection.name).caughtUp()
    this.#advanced()
  }

  #advanced(): void {
    this.#waiters.advanced()
    this.#settings.onStep()
  }

  #failed(member: Member, error: unknown): void {
    if (this.#tasks.signal.aborted) return
    member.fail(error)
    this.#settings.onFailure(error, member.projection.name)
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
