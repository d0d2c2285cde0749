/** Keeps the leases of one owner: beats, and knows whose leases may be claimed. See leases.ts. */
import type { Generation } from './documents.ts'
import type { LeaseOwner, LeaseState, Leases } from './leases.ts'

/** Something that has a lease. */
export interface Leased {
  readonly state: () => Promise<LeaseState>
  readonly claim: (owner: string, over: number) => Promise<number | null>
  readonly release: (token: number) => Promise<void>
}

export const leaseByName = (leases: Leases, name: string): Leased => ({
  state: () => leases.state(name),
  claim: (owner, over) => leases.claim(name, owner, over),
  release: (token) => leases.release(name, token),
})

export const leaseOfPartition = (generation: Generation, partition: number): Leased => ({
  state: async () => (await generation.leases())[partition] ?? { owner: null, token: 0 },
  claim: (owner, over) => generation.claim(partition, owner, over),
  release: (token) => generation.release({ partition, token }),
})

export interface LeaseKeeperOptions {
  readonly leases: Leases
  /** By custom the role of the process. */
  readonly role: string
  /** By default a new one; a thread that is started again goes on as the owner that it was. */
  readonly owner?: string
  /** Milliseconds without a beat after which others may claim; alike in all processes. Default 5,000. */
  readonly leaseMs?: number
  /** Milliseconds of a clock that never goes back; default that of the process. */
  readonly now?: () => number
  /** Told where the store did not take a beat; it is tried again. */
  readonly onError?: (error: unknown) => void
}

/** Beats in the time of a lease: one may be late, and another lost. */
const beatsPerLease = 5

interface Watched extends LeaseOwner {
  /** When its number was first seen as it is. */
  readonly since: number
}

export class LeaseKeeper {
  readonly owner: string
  /** Milliseconds between beats. */
  readonly beatMs: number
  readonly #leases: Leases
  readonly #role: string
  readonly #leaseMs: number
  readonly #now: () => number
  readonly #onError: (error: unknown) => void
  #watched: ReadonlyMap<string, Watched> = new Map()
  #lookedAt: number
  #timer: NodeJS.Timeout | null = null
  #beating: Promise<void> = Promise.resolve()

  constructor(options: LeaseKeeperOptions) {
    this.#leases = options.leases
    this.#role = options.role
    this.owner = options.owner ?? options.leases.nameOwner()
    this.#leaseMs = options.leaseMs ?? 5_000
    this.beatMs = this.#leaseMs / beatsPerLease
    this.#now = options.now ?? (() => performance.now())
    this.#onError = options.onError ?? (() => undefined)
    this.#lookedAt = this.#now()
  }

  /** From here on it beats, and holds up no exit. Again, it changes nothing. @throws what the store throws */
  async start(): Promise<void> {
    if (this.#timer) return
    this.#timer = setInterval(() => {
      this.#beating = this.beat().catch(this.#onError)
    }, this.beatMs).unref()
    await this.beat()
  }

  /** Its leases by name are free from here on; those of partitions are released before. */
  async stop(): Promise<void> {
    if (!this.#timer) return
    clearInterval(this.#timer)
    this.#timer = null
    await this.#beating
    await this.#leases.leave(this.owner).catch(this.#onError)
  }

  /** Beats, and looks who else does. */
  async beat(): Promise<void> {
    await this.#leases.beat(this.owner, this.#role)
    await this.#look()
  }

  async #look(): Promise<void> {
    const owners = await this.#leases.owners()
    const now = this.#now()
    // Whoever slept cannot tell how long the others did: they are watched anew.
    const slept = now - this.#lookedAt > this.#leaseMs / 2
    this.#lookedAt = now
    this.#watched = new Map(
      owners.map((each) => {
        const before = this.#watched.get(each.owner)
        const since = before && before.beats === each.beats && !slept ? before.since : now
        return [each.owner, { ...each, since }]
      }),
    )
  }

  #isLiving({ owner, isGone, since }: Watched): boolean {
    return owner === this.owner || (!isGone && this.#now() - since < this.#leaseMs)
  }

  /** How many owners of this role there are, as far as is known; itself is one of them. */
  get peers(): number {
    const living = [...this.#watched.values()].filter(
      (each) => each.role === this.#role && each.owner !== this.owner && this.#isLiving(each),
    )
    return living.length + 1
  }

  /** Whether a lease is nobody's, ours, or of somebody who died or stood still for too long. */
  async isFree({ owner }: LeaseState): Promise<boolean> {
    if (owner === null || owner === this.owner) return true
    if (!this.#watched.has(owner)) await this.#look()
    const watched = this.#watched.get(owner)
    return watched === undefined || !this.#isLiving(watched)
  }

  /** The token, where the lease is to be had; null where another has it. @throws what the store throws */
  async claim(leased: Leased): Promise<number | null> {
    const state = await leased.state()
    return (await this.isFree(state)) ? leased.claim(this.owner, state.token) : null
  }
}
