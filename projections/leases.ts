/**
 * Leases: which process works on what, in prose. A document store keeps them, beside what they guard.
 *
 * - A lease has an owner, or none, and a *token* that grows by one with each claim and never goes back. Whoever
 *   writes shows the token that it claimed with; where there is a newer one, the write is refused with `LeaseLost`
 *   and changes nothing. So it does no harm that an owner who was stopped for a minute still believes in its lease.
 * - Nobody compares clocks. An owner *beats*: it counts a number up in the store, well within the time for which a
 *   lease holds. Whoever wants its lease watches that number by a clock of its own, and may claim once it stood
 *   still for the whole of that time. Clocks that are wrong, or run apart, do not matter; a claim that comes too early
 *   costs the other a new start, and no more than that.
 * - A claim names the token that it goes over: of two who want the same lease one gets it.
 * - One beat keeps all leases of an owner. `leave` gives them back at once, where the owner ends in order.
 */

/** A lease as it stands: token 0 where nobody ever claimed it. */
export interface LeaseState {
  readonly owner: string | null
  readonly token: number
}

/** Somebody who holds leases, or would like to. */
export interface LeaseOwner {
  readonly owner: string
  /** What it is, by custom the role of the process: leases are shared out among the owners of one role. */
  readonly role: string
  readonly beats: number
  /** Surely dead: the engine can tell that its process has ended. False where it cannot. */
  readonly isGone: boolean
}

/** Owners, and the leases that go by a name; those of partitions are kept with their generation. */
export interface Leases {
  /** A name for an owner that nobody else has, and by which the engine may tell whether its process still runs. */
  nameOwner(): string
  /** Says that an owner lives; the first time, that there is one. */
  beat(owner: string, role: string): Promise<void>
  /** An owner ends: it is no owner any more. Its leases by name are free; those of partitions it releases before. */
  leave(owner: string): Promise<void>
  owners(): Promise<readonly LeaseOwner[]>
  state(name: string): Promise<LeaseState>
  /** The new token, or null where the lease is not at the token `over` any more. Who holds it may claim it again. */
  claim(name: string, owner: string, over: number): Promise<number | null>
  /** Frees a lease; nothing happens where somebody else claimed it meanwhile. */
  release(name: string, token: number): Promise<void>
}

/** Another process claimed what this one held: nothing of this write was done. Go on only after a claim of your own. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
  readonly lease: string
  constructor(lease: string, token: number, found: number) {
    super(
      `The lease ${lease} was claimed by another process (token ${found}, ours ${token}). Nothing was written.`,
    )
    this.lease = lease
  }
}

/** The lease of those who build a projection anew. */
export const buildLease = (projection: string): string => `build/${projection}`

/** What a writer shows: the partition that it writes, and the token of its lease. */
export interface Hold {
  readonly partition: number
  readonly token: number
}

/** Of a generation that nobody claimed: one that is still being built, or has one writer by other means. */
export const unclaimed: Hold = { partition: 0, token: 0 }
