/** Who gets what of one line, with the reason for each cent (design section 5). */
import { allocate } from './allocation.ts'
import type { Rate } from './events/organisations.ts'
import type { Attribution, Leg } from './events/sale.ts'
import { type PoolRole, type Role, roles } from './events/shapes.ts'

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

const rank = (role: Role): string => String.fromCharCode(97 + roles.indexOf(role))

/** Ties between equal remainders break by role rank, then party id. */
export const legKey = (role: Role, party: string): string => `${rank(role)}:${party}`

interface Weighted {
  readonly party: string
  readonly role: Role
  weight: bigint
  absorbs: PoolRole[]
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

/** Weights of the pool's roles, in units of 1 / (10^12) of the base; absent parts go where the terms name. */
const poolWeights = (division: Rate['division'], poolBasisPoints: number, parties: Parties): Weighted[] => {
  const weighted = new Map<string, Weighted>()
  const add = (party: string, role: Role, weight: bigint, absorbed: PoolRole | null): void => {
    if (weight === 0n) return
    const key = legKey(role, party)
    const entry = weighted.get(key) ?? { party, role, weight: 0n, absorbs: [] }
    entry.weight += weight
    if (absorbed !== null && !entry.absorbs.includes(absorbed)) entry.absorbs.push(absorbed)
    weighted.set(key, entry)
  }
  for (const { role, basisPoints, absentTo } of division) {
    const part = BigInt(poolBasisPoints) * BigInt(basisPoints)
    let absent = 10_000
    for (const holder of holders(role, parties)) {
      add(holder.party, role, part * BigInt(holder.basisPoints), null)
      absent -= holder.basisPoints
    }
    add(partyOfFallback(absentTo, parties), absentTo, part * BigInt(absent), role)
  }
  return [...weighted.values()]
}

const WHOLE = 10n ** 12n

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
      party: parties.partnerId,
      role: 'PARTNER',
      amount: legsTotal,
      weight: '1',
      absorbs: [],
    }
    return { base, weightTotal: '1', legs: [leg] }
  }
  const scaled = base === legsTotal ? 1n : BigInt(base)
  const total = base === legsTotal ? WHOLE : WHOLE * BigInt(legsTotal)
  const partnerKey = legKey('PARTNER', parties.partnerId)
  const absorbed = pool.find(({ role }) => role === 'PARTNER')
  const others = pool
    .filter(({ role }) => role !== 'PARTNER')
    .map((entry) => ({ ...entry, weight: entry.weight * scaled }))
  const othersWeight = others.reduce((sum, { weight }) => sum + weight, 0n)
  const weighted: Weighted[] = [
    {
      party: parties.partnerId,
      role: 'PARTNER',
      weight: total - othersWeight,
      absorbs: absorbed?.absorbs ?? [],
    },
    ...others.sort((a, b) => (legKey(a.role, a.party) < legKey(b.role, b.party) ? -1 : 1)),
  ]
  const { weights, weightTotal } = reduced(weighted, total)
  const amounts = allocate(
    legsTotal,
    weighted.map(({ party, role }, i) => ({
      key: role === 'PARTNER' ? partnerKey : legKey(role, party),
      weight: weights[i] ?? 0n,
    })),
  )
  return {
    base,
    weightTotal: weightTotal.toString(),
    legs: weighted.map(({ party, role, absorbs }, i) => ({
      party,
      role,
      amount: amounts[i] ?? 0,
      weight: (weights[i] ?? 0n).toString(),
      absorbs,
    })),
  }
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))

/** Weights in lowest terms, as numbers where products stay safe: the common case needs no big integers. */
const reduced = (
  weighted: readonly Weighted[],
  total: bigint,
): { weights: readonly (bigint | number)[]; weightTotal: bigint } => {
  const divisor = weighted.reduce((common, { weight }) => gcd(common, weight), total)
  const weights = weighted.map(({ weight }) => weight / divisor)
  const weightTotal = total / divisor
  return {
    weights: weightTotal <= BigInt(Number.MAX_SAFE_INTEGER) ? weights.map(Number) : weights,
    weightTotal,
  }
}
