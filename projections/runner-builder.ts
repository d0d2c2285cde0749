/** Builds views anew for a runner: beside what readers see, under the lease of those who build, then swaps. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Generation, GenerationBehind } from './documents.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import { type BuildProgress, build, catchUp, discardAll } from './rebuild.ts'
import type { Lane } from './runner-lane.ts'
import type { LiveLoop } from './runner-live.ts'
import type { Member, Part } from './runner-member.ts'
import type { RunnerSettings } from './runner-options.ts'
import type { Parts } from './runner-parts.ts'
import type { BuildClaim, Steward } from './runner-steward.ts'
import type { Tasks } from './runner-tasks.ts'
import { see } from './view-seen.ts'

export type OnProgress = (progress: BuildProgress) => void

export interface BuilderOptions {
  readonly settings: RunnerSettings
  readonly tasks: Tasks
  readonly keeper: LeaseKeeper
  readonly steward: Steward
  readonly parts: Parts
  readonly loop: LiveLoop
  /** Whether the runner follows the log: then it goes on with what it built. */
  readonly isFollowing: () => boolean
  /** A first build of a member failed. */
  readonly onFailed: (member: Member, error: unknown) => void
  /** Builds ended: it is time to look what there is. */
  readonly onEnded: () => void
}

const partsOf = (member: Member, generation: Generation, lane: Lane): readonly Part[] =>
  lane.followers
    .filter((follower) => follower.generation === generation)
    .map((follower) => ({
      member,
      generation,
      hold: follower.hold,
      follower,
      lane: null,
      isLive: false,
    }))

export class Builder {
  readonly #options: BuilderOptions
  #rebuilds = 0

  constructor(options: BuilderOptions) {
    this.#options = options
  }

  /** What was never built: all in one pass; what failed before, apart from the others. */
  buildMissing(claims: readonly BuildClaim[]): void {
    const first = claims.filter(({ member }) => member.failures === 0)
    const again = claims.filter((claim) => !first.includes(claim))
    const { tasks } = this.#options
    if (first.length > 0) tasks.run(this.#tryToBuild(first))
    for (const claim of again) tasks.run(this.#tryToBuild([claim]))
  }

  async #tryToBuild(claims: readonly BuildClaim[]): Promise<void> {
    try {
      await this.#build(claims)
    } catch (error) {
      for (const { member } of claims) this.#options.onFailed(member, error)
    }
  }

  /**
   * Until each was built since it was asked for, here or by another.
   * @throws what the stores throw; then what was live before still is
   */
  async rebuild(members: readonly Member[], onProgress?: OnProgress): Promise<void> {
    const { keeper, tasks, settings, isFollowing } = this.#options
    const asked = new Map<Member, string | undefined>()
    for (const member of members)
      asked.set(member, (await settings.documents.live(member.projection.name))?.id)
    this.#rebuilds += 1
    try {
      await keeper.start()
      for (;;) {
        tasks.signal.throwIfAborted()
        const claims = await this.#claim(asked)
        if (claims.length > 0) await this.#build(claims, onProgress)
        for (const { member } of claims) asked.delete(member)
        if (asked.size === 0) return
        await sleep(keeper.beatMs, undefined, { signal: tasks.signal })
      }
    } finally {
      this.#rebuilds -= 1
      if (!isFollowing() && this.#rebuilds === 0) await keeper.stop()
    }
  }

  /** Takes out of `asked` what another built meanwhile. */
  async #claim(asked: Map<Member, string | undefined>): Promise<readonly BuildClaim[]> {
    const { steward, settings } = this.#options
    const claims: BuildClaim[] = []
    for (const [member, before] of asked) {
      const token = await steward.claimBuild(member)
      if (token === null) continue
      const live = await settings.documents.live(member.projection.name)
      if (live && live.id !== before && live.version === member.projection.version) {
        asked.delete(member)
        await steward.releaseBuild({ member, token })
      } else claims.push({ member, token })
    }
    return claims
  }

  async #build(claims: readonly BuildClaim[], onProgress?: OnProgress): Promise<void> {
    const { steward, onEnded } = this.#options
    const building = this.#buildAndSwap(claims, onProgress)
    for (const { member } of claims) member.building = building
    try {
      await building
    } finally {
      for (const claim of claims) {
        claim.member.building = null
        await steward.releaseBuild(claim)
      }
      onEnded()
    }
  }

  async #buildAndSwap(claims: readonly BuildClaim[], onProgress?: OnProgress): Promise<void> {
    const { settings, tasks, loop, parts, isFollowing } = this.#options
    const { documents, batch } = settings
    const { signal } = tasks
    const follows = isFollowing()
    const lane = await this.#fill(claims, follows, onProgress)
    const generations = [...new Set(lane.followers.map(({ generation }) => generation))]
    const swapped: Part[] = []
    const swap = async (): Promise<void> => {
      for (const { member, token } of claims) {
        const generation = generations.find(({ projection }) => projection === member.projection.name)
        if (!generation) throw new Error(`Building ${member.projection.name} left nothing to publish.`)
        await documents.publish(generation, token)
        const view = await see(generation)
        for (const part of member.parts.values()) parts.leave(part)
        member.turnTo(view, follows ? partsOf(member, generation, lane) : [])
        swapped.push(...member.parts.values())
      }
    }
    for (;;) {
      try {
        await (follows ? loop.join(lane, swap) : swap())
        return
      } catch (error) {
        // Behind: another process brought the live one further than we have read.
        if (error instanceof GenerationBehind) await catchUp(lane, batch.catchUp, signal)
        else {
          await discardAll(documents, generations)
          // Where some of several were swapped before the rest failed: those go on from what they wrote.
          for (const part of swapped) parts.failed(part, error)
          throw error
        }
      }
    }
  }

  #fill(claims: readonly BuildClaim[], follows: boolean, onProgress?: OnProgress): Promise<Lane> {
    const { settings, keeper, tasks } = this.#options
    const { events, documents, decode, batch, cached, clock, partitions } = settings
    const tallies = new Map(claims.map(({ member }) => [member.projection.name, member.tally]))
    return build({
      events,
      documents,
      decode,
      projections: claims.map(({ member }) => member.projection),
      partitionsOf: () => partitions,
      now: () => clock.now(),
      page: batch.rebuild,
      cachedWhileBuilding: cached.rebuild,
      cachedAfter: cached.live,
      tallyOf: ({ name }) => tallies.get(name) ?? { eventsScanned: 0, documentsWritten: 0 },
      signal: tasks.signal,
      ...(follows && {
        claim: async (generation: Generation, partition: number) => ({
          partition,
          // Nobody else knows of the generation yet.
          token: (await generation.claim(partition, keeper.owner, 0)) ?? 0,
        }),
      }),
      ...(onProgress && { onProgress }),
    })
  }
}
