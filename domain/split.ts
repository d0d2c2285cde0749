/** Who gets what of one line, with the reason for each cent (design section 5). */
import { allocate } from './allocation.ts'
import type { Rate } from './events/organisations.ts'
import type { Attribution, Leg } from './events/sale.ts'
import { type PoolRole, type Role, roles } from './events/shapes.ts'
import { sortFew } from './sort-few.ts'

/** Everybody who may have a role on a purchase. Absent roles are null or not credited. */
export interface Parties {
  readonly partnerId: string
  readonly communityId: string
  readonly credited: Attribution['credited']
  readonly leaderId: string | null
  readonly buyerId: string | null
}

export interface LineToSplit {
  /** What the buyer pays, and what others than the line's partner bear of its discounts: the legs sum to both. */
  readonly amount: number
  readonly othersDiscount: number
  readonly tax: number
  readonly rate: Rate | null
  readonly poolBasisPoints: number
}

export interface LineSplit {
  readonly base: number
  readonly weightTotal: string
  readonly legs: readonly Leg[]
}

const ranks = new Map(roles.map((role, i) => [role, String.fromCharCode(97 + i)]))

/** Ties between equal remainders break by role rank, then party id. */
export const legKey = (role: Role, party: string): string => `${ranks.get(role)}:${party}`

interface Weighted {
  /** See `legKey`. */
  readonly key: string
  readonly party: string
  readonly role: Role
  weight: number
  readonly absorbs: PoolRole[]
}

const partyOfFallback = (role: 'PARTNER' | 'PLATFORM' | 'OWNER', parties: Parties): string => {
  switch (role) {
    case 'PARTNER':
      return parties.partnerId
    case 'PLATFORM':
      return 'platform'
    case 'OWNER':
      return parties.communityId
  }
}

/** Who holds a role, with basis points of the role's part; what is missing to 10,000 is absent. */
const holders = (role: PoolRole, parties: Parties): readonly { party: string; basisPoints: number }[] => {
  const whole = (party: string | null) => (party === null ? [] : [{ party, basisPoints: 10_000 }])
  switch (role) {
    case 'PLATFORM':
      return whole('platform')
    case 'OWNER':
      return whole(parties.communityId)
    case 'LEADER':
      return whole(parties.leaderId)
    case 'BUYER':
      return whole(parties.buyerId)
    case 'SHARER_1':
      return parties.credited.map(({ sharerId, basisPoints }) => ({ party: sharerId, basisPoints }))
    case 'SHARER_2':
      return parties.credited.flatMap(({ inviterId, basisPoints }) =>
        inviterId === null ? [] : [{ party: inviterId, basisPoints }],
      )
  }
}

/** Weights are units of 1 / 10^12 of the base: small enough for plain numbers. */
const WHOLE = 10 ** 12

/** Weights of the pool's roles; absent parts go where the terms name. */
const poolWeights = (division: Rate['division'], poolBasisPoints: number, parties: Parties): Weighted[] => {
  const weighted: Weighted[] = []
  const add = (party: string, role: Role, weight: number, absorbed: PoolRole | null): void => {
    if (weight === 0) return
    const key = legKey(role, party)
    let entry = weighted.find((each) => each.key === key)
    if (entry === undefined) {
      entry = { key, party, role, weight: 0, absorbs: [] }
      weighted.push(entry)
    }
    entry.weight += weight
    if (absorbed !== null && !entry.absorbs.includes(absorbed)) entry.absorbs.push(absorbed)
  }
  for (const { role, basisPoints, absentTo } of division) {
    const part = poolBasisPoints * basisPoints
    let absent = 10_000
    for (const holder of holders(role, parties)) {
      add(holder.party, role, part * holder.basisPoints, null)
      absent -= holder.basisPoints
    }
    if (absent > 0) add(partyOfFallback(absentTo, parties), absentTo, part * absent, role)
  }
  return weighted
}

/** The partner first, with what the pool leaves of the base; then the others by key. */
const withPartner = (pool: readonly Weighted[], partnerId: string): readonly Weighted[] => {
  const others: Weighted[] = []
  let weight = WHOLE
  let absorbs: PoolRole[] = []
  for (const entry of pool) {
    if (entry.role === 'PARTNER') absorbs = entry.absorbs
    else {
      others.push(entry)
      weight -= entry.weight
    }
  }
  sortFew(others, (a, b) => (a.key < b.key ? -1 : 1))
  const key = legKey('PARTNER', partnerId)
  return [{ key, party: partnerId, role: 'PARTNER', weight, absorbs }, ...others]
}

/**
 * Splits a line. The pool is `poolBasisPoints` of the base; the partner gets the rest of the legs' total. One
 * allocation over all parties, so that each gets its exact share rounded once, down or up.
 */
export const splitLine = (line: LineToSplit, parties: Parties): LineSplit => {
  const legsTotal = line.amount + line.othersDiscount
  const base = line.rate?.base === 'NET_OF_TAX' ? legsTotal - line.tax : legsTotal
  const pool = line.rate === null ? [] : poolWeights(line.rate.division, line.poolBasisPoints, parties)
  if (pool.length === 0 || legsTotal === 0) {
    const leg: Leg = {
      absorbs: [],
      amount: legsTotal,
      party: parties.partnerId,
      role: 'PARTNER',
      weight: '1',
    }
    return { base, weightTotal: '1', legs: [leg] }
  }
  const weighted = withPartner(pool, parties.partnerId)
  const { weights, weightTotal } =
    base === legsTotal ? inLowestTerms(weighted) : scaledToBase(weighted, base, legsTotal)
  const amounts = allocate(
    legsTotal,
    weighted.map(({ key }, i) => ({ key, weight: weights[i] ?? 0 })),
  )
  return {
    base,
    weightTotal: weightTotal.toString(),
    // Keys stand sorted, as in all that goes into events often: their canonical text costs least.
    legs: weighted.map(({ party, role, absorbs }, i) => ({
      absorbs,
      amount: amounts[i] ?? 0,
      party,
      role,
      weight: (weights[i] ?? 0).toString(),
    })),
  }
}

interface Weights {
  readonly weights: readonly (number | bigint)[]
  readonly weightTotal: number | bigint
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))

const inLowestTerms = (weighted: readonly Weighted[]): Weights => {
  const divisor = weighted.reduce((common, { weight }) => commonDivisor(common, weight), WHOLE)
  return { weights: weighted.map(({ weight }) => weight / divisor), weightTotal: WHOLE / divisor }
}

const commonDivisorOfLarge = (a: bigint, b: bigint): bigint => (b === 0n ? a : commonDivisorOfLarge(b, a % b))

/** The pool is a part of less than what the legs come to: weights of both, which pass what numbers hold exactly. */
const scaledToBase = (weighted: readonly Weighted[], base: number, legsTotal: number): Weights => {
  const total = BigInt(WHOLE) * BigInt(legsTotal)
  const scaled = weighted.map(({ weight }, i) => (i === 0 ? 0n : BigInt(weight) * BigInt(base)))
  scaled[0] = total - scaled.reduce((sum, weight) => sum + weight, 0n)
  const divisor = scaled.reduce(commonDivisorOfLarge, total)
  const weights = scaled.map((weight) => weight / divisor)
  const weightTotal = total / divisor
  const isSmall = weightTotal <= BigInt(Number.MAX_SAFE_INTEGER)
  return { weights: isSmall ? weights.map(Number) : weights, weightTotal }
}
