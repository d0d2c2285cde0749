/** Feeds the partitions that a runner holds: brings them to the others at the head of the log, and begins those anew that fail. */
import { GenerationGone } from './documents.ts'
import { LeaseLost } from './leases.ts'
import { comparePositions } from './order.ts'
import type { Follower } from './runner-follower.ts'
import { Lane, type Step } from './runner-lane.ts'
import type { LiveLoop } from './runner-live.ts'
import type { Member, Part } from './runner-member.ts'
import type { RunnerSettings } from './runner-options.ts'
import { followerOf } from './runner-resume.ts'
import type { Tasks } from './runner-tasks.ts'

export interface PartsOptions {
  readonly settings: RunnerSettings
  readonly tasks: Tasks
  /** Those at the tail of the log, and what feeds them. */
  readonly lane: Lane
  readonly loop: LiveLoop
  readonly memberOf: (projection: string) => Member
  /** Some came further. */
  readonly onAdvanced: () => void
  /** A partition is another's now, or of a generation that was replaced: it is time to look what there is. */
  readonly onPassedOn: () => void
}

/** Somebody else has it now, or it was replaced: nothing of ours to try again. */
const isPassedOn = (error: unknown): boolean => error instanceof LeaseLost || error instanceof GenerationGone

export class Parts {
  readonly #options: PartsOptions

  constructor(options: PartsOptions) {
    this.#options = options
  }

  /** Brings partitions to the others, those that stand at one place together, the furthest first. */
  async bring(parts: readonly Part[]): Promise<void> {
    const { events, clock } = this.#options.settings
    const found: Follower[] = []
    for (const part of parts) {
      const { generation, hold, member } = part
      const { projection, tally } = member
      const now = () => clock.now()
      try {
        part.follower = await followerOf({ events, projection, generation, hold, tally, now })
        found.push(part.follower)
      } catch (error) {
        this.failed(part, error)
      }
    }
    const places = Map.groupBy(found, ({ cursor }) => cursor.position)
    const inOrder = [...places].sort(([a], [b]) => comparePositions(b, a))
    for (const [, followers] of inOrder) this.#options.tasks.run(this.#follow(followers))
  }

  async #follow(followers: readonly Follower[]): Promise<void> {
    const { settings, tasks, lane: live, loop, onAdvanced } = this.#options
    const { events, decode, cached, batch } = settings
    const lane = new Lane(events, decode, cached.live)
    for (const follower of followers) {
      const part = this.#partOf(follower)
      if (!part) continue
      part.lane = lane
      lane.add(follower)
    }
    try {
      // Beside nobody it is not late; else it comes near the others before they wait for it.
      for (let isNear = live.followers.length === 0; !isNear && lane.followers.length > 0; ) {
        tasks.signal.throwIfAborted()
        const step = await lane.step(batch.catchUp)
        this.takeOut(step)
        onAdvanced()
        isNear = step.atHead
      }
      if (lane.followers.length > 0) await loop.join(lane, async () => undefined)
    } catch (error) {
      for (const follower of lane.followers) {
        const part = this.#partOf(follower)
        if (part) this.failed(part, error)
      }
    }
  }

  #partOf(follower: Follower): Part | undefined {
    return this.#options.memberOf(follower.projection.name).partOf(follower)
  }

  /** Nothing is fed to it any more. */
  leave({ follower, lane }: Part): void {
    if (!follower) return
    lane?.remove(follower)
    this.#options.lane.remove(follower)
  }

  /** Those at the tail of the log made a step. */
  stepped(step: Step): void {
    this.takeOut(step)
    if (!step.atHead) return
    for (const follower of this.#options.lane.followers) {
      const part = this.#partOf(follower)
      if (!part) continue
      part.isLive = true
      part.member.wentWell()
    }
  }

  takeOut({ failed }: Step): void {
    for (const { follower, error } of failed) {
      const part = this.#partOf(follower)
      if (part) this.failed(part, error)
    }
  }

  /** It begins anew from its checkpoint, or is left to whoever has it now. */
  failed(part: Part, error: unknown): void {
    const { settings, tasks, onPassedOn } = this.#options
    const { member, hold } = part
    this.leave(part)
    part.follower = null
    part.lane = null
    part.isLive = false
    if (tasks.signal.aborted) return
    settings.onFailure(error, member.projection.name)
    if (isPassedOn(error)) {
      if (member.parts.get(hold.partition) === part) member.parts.delete(hold.partition)
      onPassedOn()
      return
    }
    member.fail(error)
    tasks.run(
      tasks.pause(member.failures).then(async () => {
        if (member.parts.get(hold.partition) === part) await this.bring([part])
      }),
    )
  }
}
