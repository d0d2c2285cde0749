/**
 * Which touches a purchase is credited to. The candidates, each with its verdict, and the reason are kept with the
 * result: "why this sharer?" is answered years later from the purchase alone.
 */
import { allocate } from './allocation.ts'
import type { AttributionPolicy } from './events/organisations.ts'
import type { Attribution } from './events/sale.ts'

/** A touch within reach of the purchase. `name` is `stream@revision`. */
export interface TouchSeen {
  readonly name: string
  readonly at: string
  readonly shareId: string | null
  readonly sharerId: string | null
}

export interface AttributionInput {
  readonly policy: AttributionPolicy
  /** In any order, of the purchase's community; those outside the window are passed over. */
  readonly touches: readonly TouchSeen[]
  readonly buyerId: string
  readonly at: string
  /** Who brought the buyer in, under a binding that is unexpired at `at`. */
  readonly binding: {
    readonly inviterId: string
    readonly since: string
    readonly shareId: string | null
  } | null
  /** Who invited a sharer into this community, under an unexpired binding. */
  readonly inviterOf: (sharerId: string) => string | null
}

type Candidate = Attribution['candidates'][number]

const keptCandidates = 50
const dayMs = 86_400_000

/** Start of the window, exclusive: a touch exactly `windowDays` old does not count. */
export const windowStart = (at: string, windowDays: number): string =>
  new Date(Date.parse(at) - windowDays * dayMs).toISOString()

/** The last of them, oldest first. */
const touchesInWindow = ({ touches, policy, at: until }: AttributionInput): readonly TouchSeen[] => {
  const from = windowStart(until, policy.windowDays)
  return touches
    .filter(({ at }) => at > from && at <= until)
    .sort((a, b) => (a.at === b.at ? (a.name < b.name ? -1 : 1) : a.at < b.at ? -1 : 1))
    .slice(-keptCandidates)
}

const creditedTouches = (
  eligible: readonly TouchSeen[],
  model: AttributionPolicy['model'],
): readonly TouchSeen[] => {
  switch (model) {
    case 'LAST_TOUCH':
      return eligible.slice(-1)
    case 'FIRST_TOUCH':
      return eligible.slice(0, 1)
    case 'WEIGHTED':
      return eligible
  }
}

const verdictOf = (
  touch: TouchSeen,
  buyerId: string,
  credited: readonly TouchSeen[],
  { model, levels }: AttributionPolicy,
): Candidate['verdict'] => {
  if (touch.sharerId === null) return 'NO_SHARER'
  if (touch.sharerId === buyerId) return 'OWN_SHARE'
  if (levels === 0) return 'LEVELS_OFF'
  if (credited.includes(touch)) return 'CREDITED'
  return model === 'FIRST_TOUCH' ? 'EARLIER_TOUCH_WINS' : 'LATER_TOUCH_WINS'
}

/** Each credited touch weighs the same; a sharer with several has the sum. Basis points sum to 10,000. */
const shareOut = (touches: readonly TouchSeen[]): readonly { sharerId: string; basisPoints: number }[] => {
  const counts = new Map<string, number>()
  for (const { sharerId } of touches)
    if (sharerId !== null) counts.set(sharerId, (counts.get(sharerId) ?? 0) + 1)
  const sharers = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  const points = allocate(
    sharers.length === 0 ? 0 : 10_000,
    sharers.map(([key, weight]) => ({ key, weight })),
  )
  return sharers.map(([sharerId], i) => ({ sharerId, basisPoints: points[i] ?? 0 }))
}

/**
 * Credits a purchase. A buyer's own share is a candidate that never wins and refuses nothing; without an eligible
 * share in the window, the buyer's inviter under an unexpired binding is credited. Keys stand sorted: the canonical
 * text of what is built so costs least.
 */
export const attribute = (input: AttributionInput): Attribution => {
  const { policy, buyerId, binding } = input
  const seen = input.touches.length === 0 ? [] : touchesInWindow(input)
  const eligible = seen.filter(({ sharerId }) => sharerId !== null && sharerId !== buyerId)
  const winners = creditedTouches(eligible, policy.model)
  const touches: Candidate[] = seen.map((touch) => ({
    at: touch.at,
    shareId: touch.shareId,
    sharerId: touch.sharerId,
    touch: touch.name,
    verdict: verdictOf(touch, buyerId, winners, policy),
  }))
  const bound = binding !== null && binding.inviterId !== buyerId ? binding : null
  const byBinding = winners.length === 0 && bound !== null
  const candidates: Candidate[] =
    bound === null
      ? touches
      : [
          ...touches,
          {
            at: bound.since,
            shareId: bound.shareId,
            sharerId: bound.inviterId,
            touch: null,
            verdict: policy.levels === 0 ? 'LEVELS_OFF' : byBinding ? 'CREDITED' : 'BINDING_NOT_NEEDED',
          },
        ]
  const credited =
    policy.levels === 0
      ? []
      : byBinding
        ? [{ sharerId: bound.inviterId, basisPoints: 10_000 }]
        : shareOut(winners)
  const why = credited.length === 0 ? 'NOBODY' : byBinding ? 'BINDING' : policy.model
  return {
    candidates,
    credited: credited.map(({ sharerId, basisPoints }) => ({
      basisPoints,
      inviterId: secondLevel(input, sharerId),
      sharerId,
    })),
    levels: policy.levels,
    model: policy.model,
    reason: policy.levels === 0 ? 'LEVELS_OFF' : why,
    windowDays: policy.windowDays,
  }
}

/** Nobody is in their own chain, the buyer included; at most two levels whatever the policy says. */
const secondLevel = (input: AttributionInput, sharerId: string): string | null => {
  if (input.policy.levels < 2) return null
  const inviter = input.inviterOf(sharerId)
  return inviter === input.buyerId || inviter === sharerId ? null : inviter
}
