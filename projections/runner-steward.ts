/** Which partitions of which views this runner folds: looks what there is, claims its share, and gives back the rest. */
import type { Position } from '../eventstore/event.ts'
import { type DocumentStore, type Generation, GenerationGone } from './documents.ts'
import { type LeaseKeeper, leaseByName, leaseOfPartition } from './lease-keeper.ts'
import { buildLease, LeaseLost } from './leases.ts'
import type { LogSource } from './log-source.ts'
import type { Member, Part } from './runner-member.ts'
import { canFollow } from './runner-resume.ts'
import { type SeenView, see } from './view-seen.ts'

/** A member to build, with the token of its build lease. */
export interface BuildClaim {
  readonly member: Member
  readonly token: number
}

/** What a round of looking came to. */
export interface Round {
  /** Partitions that are this runner's from now on. */
  readonly claimed: readonly Part[]
  readonly toBuild: readonly BuildClaim[]
  /** Where the log ended when it was looked at. */
  readonly head: Position | null
}

export interface StewardOptions {
  readonly events: LogSource
  readonly documents: DocumentStore
  readonly keeper: LeaseKeeper
  readonly members: readonly Member[]
  /** False: takes whatever is free. */
  readonly shares: boolean
  /** A partition is this runner's no more. */
  readonly onDropped: (part: Part) => void
  /** Another claimed it: told besides. */
  readonly onLost: (part: Part, error: LeaseLost) => void
}

export class Steward {
  readonly #options: StewardOptions
  /** Generations that were looked at before, and whether this program can go on with them. */
  readonly #judged = new Map<string, { readonly id: string; readonly canFollow: boolean }>()

  constructor(options: StewardOptions) {
    this.#options = options
  }

  /** @throws what the stores throw */
  async round(): Promise<Round> {
    const { events, members } = this.#options
    const live = new Map<Member, Generation>()
    const missing: Member[] = []
    for (const member of members) {
      const found = member.isSuperseded ? 'AGAIN' : await this.#look(member)
      if (found === 'MISSING') missing.push(member)
      else if (found !== 'AGAIN') live.set(member, found)
    }
    // After the views: they were no further than this.
    const head = await events.head()
    await this.#giveBack()
    const claimed: Part[] = []
    for (const [member, generation] of live) claimed.push(...(await this.#claim(member, generation)))
    const toBuild: BuildClaim[] = []
    for (const member of missing) {
      if (member.building || member.isPausing) continue
      const token = await this.claimBuild(member)
      if (token !== null) toBuild.push({ member, token })
    }
    return { claimed, toBuild, head }
  }

  /** The token of the lease of those who build a view; null where another does. */
  claimBuild({ projection }: Member): Promise<number | null> {
    const { keeper, documents } = this.#options
    return keeper.claim(leaseByName(documents.leases, buildLease(projection.name)))
  }

  async releaseBuild({ member, token }: BuildClaim): Promise<void> {
    const { documents } = this.#options
    // What cannot be released now is free once this runner ends.
    await documents.leases.release(buildLease(member.projection.name), token).catch(() => undefined)
  }

  /** Looks at what a member's partitions elsewhere came to, and nothing more. */
  async glance(member: Member): Promise<void> {
    const live = await this.#options.documents.live(member.projection.name)
    if (live === null || live.id !== member.view?.id) return
    const { turn } = member
    const view = await see(live)
    if (member.turn === turn) member.saw(view)
  }

  /** Gives back what this runner holds, before it ends. */
  async releaseAll(): Promise<void> {
    for (const { parts } of this.#options.members)
      for (const part of [...parts.values()]) await this.#release(part)
  }

  /**
   * The generation that readers see. `MISSING`: there is none that this program can go on with. `AGAIN`: it was just
   * being replaced. What was lost meanwhile is dropped.
   */
  async #look(member: Member): Promise<Generation | 'MISSING' | 'AGAIN'> {
    const { documents } = this.#options
    const { projection, turn } = member
    const live = await documents.live(projection.name)
    const goesOn = live !== null && (await this.#canFollow(member, live))
    const view = goesOn ? await this.#see(live) : null
    // Swapped by another, or by this runner, while it looked.
    if (view === 'GONE' || member.turn !== turn) return 'AGAIN'
    if (live && !goesOn && live.version !== projection.version && member.hasCaughtUp) {
      // Another release took over while we ran: its views are not ours to replace.
      for (const part of [...member.parts.values()]) this.#drop(part)
      member.supersede()
      return 'AGAIN'
    }
    member.saw(view)
    for (const part of [...member.parts.values()]) {
      const lease = view?.id === part.generation.id ? view.leases[part.hold.partition] : undefined
      const { partition, token } = part.hold
      if (lease?.token === token) continue
      this.#drop(part)
      if (lease)
        this.#options.onLost(part, new LeaseLost(`${part.generation.id}/${partition}`, token, lease.token))
    }
    return goesOn ? live : 'MISSING'
  }

  async #see(generation: Generation): Promise<SeenView | 'GONE'> {
    try {
      return await see(generation)
    } catch (error) {
      if (error instanceof GenerationGone) return 'GONE'
      throw error
    }
  }

  async #canFollow({ projection }: Member, generation: Generation): Promise<boolean> {
    const known = this.#judged.get(projection.name)
    if (known?.id === generation.id) return known.canFollow
    const judged = await canFollow(this.#options.events, projection, generation)
    this.#judged.set(projection.name, { id: generation.id, canFollow: judged })
    return judged
  }

  #drop(part: Part): void {
    if (part.member.parts.get(part.hold.partition) === part) part.member.parts.delete(part.hold.partition)
    this.#options.onDropped(part)
  }

  async #release(part: Part): Promise<void> {
    this.#drop(part)
    const { partition, token } = part.hold
    // One that is gone has no lease to give back; what cannot be released is free once this runner ends.
    await leaseOfPartition(part.generation, partition)
      .release(token)
      .catch(() => undefined)
  }

  /** How many partitions this runner may hold, by what there are and who else there is. */
  #share(): number {
    const { members, keeper, shares } = this.#options
    const all = members.reduce((sum, { view }) => sum + (view?.checkpoints.length ?? 0), 0)
    return shares ? Math.ceil(all / keeper.peers) : all
  }

  #held(): number {
    return this.#options.members.reduce((sum, { parts }) => sum + parts.size, 0)
  }

  async #giveBack(): Promise<void> {
    let surplus = this.#held() - this.#share()
    for (const { parts, building } of this.#options.members)
      for (const part of [...parts.values()]) {
        if (surplus <= 0) return
        if (building) continue
        surplus -= 1
        await this.#release(part)
      }
  }

  async #claim(member: Member, generation: Generation): Promise<readonly Part[]> {
    const { keeper } = this.#options
    const claimed: Part[] = []
    for (const [partition, lease] of (member.view?.leases ?? []).entries()) {
      if (member.parts.has(partition) || this.#held() >= this.#share()) continue
      if (!(await keeper.isFree(lease))) continue
      // A build of ours claims for itself, and is about to replace this generation.
      if (member.building || member.isPausing) return claimed
      const { turn } = member
      const token = await generation.claim(partition, keeper.owner, lease.token)
      if (token === null || member.turn !== turn) continue
      const hold = { partition, token }
      const part: Part = { member, generation, hold, follower: null, lane: null, isLive: false }
      member.parts.set(partition, part)
      claimed.push(part)
    }
    return claimed
  }
}
