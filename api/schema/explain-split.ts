/**
 * Why this amount? Each leg of a purchase with its exact share, the rounding, the rule and the rate behind it, from the
 * purchase's own stream.
 */

import type { Attribution, Leg, SaleLine } from '../../domain/events/sale.ts'
import type { LineState, PurchaseState } from '../../domain/purchase/state.ts'
import { reaches } from '../auth/reach.ts'
import { builder } from '../graphql/builder.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { SplitRoleType } from './split-role.ts'
import { toldParty } from './whole-purchase.ts'

export interface ExplainedLeg {
  /** Whether the caller may know who bought and who shared. */
  readonly namesPersons: boolean
  readonly leg: Leg
  readonly line: Pick<SaleLine, 'weightTotal' | 'poolBasisPoints'>
  readonly legsTotal: number
  readonly reversed: number
  readonly currency: string
}

/** The exact share in minor units, to six decimals, as text: no float comes near it. */
const exactShare = ({ leg, line, legsTotal }: ExplainedLeg): string => {
  const scaled = (BigInt(legsTotal) * BigInt(leg.weight) * 1_000_000n) / BigInt(line.weightTotal)
  const decimals = String(scaled % 1_000_000n).padStart(6, '0')
  return `${scaled / 1_000_000n}.${decimals}`
}

const rounding = ({ leg, line, legsTotal }: ExplainedLeg): 'EXACT' | 'UP' | 'DOWN' => {
  const exact = BigInt(legsTotal) * BigInt(leg.weight)
  const whole = BigInt(line.weightTotal)
  if (exact % whole === 0n) return 'EXACT'
  return BigInt(leg.amount) * whole > exact ? 'UP' : 'DOWN'
}

const RoundingType = enumNamed('Rounding', ['EXACT', 'UP', 'DOWN'])

export const ExplainedLegType = builder.objectRef<ExplainedLeg>('ExplainedLeg').implement({
  description: 'Who gets what of one line, and why.',
  fields: (t) => ({
    party: t.id({
      nullable: true,
      description:
        'A partner, a community, a person, or platform. Null: a person, whom a partner is not told.',
      resolve: ({ leg, namesPersons }) => toldParty(leg.party, namesPersons),
    }),
    role: t.field({ type: SplitRoleType, resolve: ({ leg }) => leg.role }),
    amount: t.field({ type: MoneyType, resolve: ({ leg, currency }) => moneyOf(leg.amount, currency) }),
    reversed: t.field({ type: MoneyType, resolve: ({ reversed, currency }) => moneyOf(reversed, currency) }),
    share: t.string({
      description: 'Of what the legs of the line sum to, as a fraction: 3/20.',
      resolve: ({ leg, line }) => `${leg.weight}/${line.weightTotal}`,
    }),
    exactMinor: t.string({
      description: 'The exact share in minor units, to six decimals.',
      resolve: exactShare,
    }),
    rounding: t.field({
      type: RoundingType,
      description:
        'Spare units go to the largest remainders; ties to the role that ranks first, then the party.',
      resolve: rounding,
    }),
    absorbs: t.field({
      type: [SplitRoleType],
      description: 'Roles that nobody had, whose parts the terms give to this one.',
      resolve: ({ leg }) => [...leg.absorbs],
    }),
  }),
})

interface ExplainedLine {
  readonly namesPersons: boolean
  readonly state: LineState
  readonly currency: string
}

const legsOf = ({
  state: { line, legs, reversed },
  currency,
  namesPersons,
}: ExplainedLine): ExplainedLeg[] => {
  const legsTotal = legs.reduce((sum, { amount }) => sum + amount, 0)
  return legs.map((leg, i) => ({ leg, line, legsTotal, reversed: reversed[i] ?? 0, currency, namesPersons }))
}

const ExplainedLineType = builder.objectRef<ExplainedLine>('ExplainedLine').implement({
  description: 'One line with what was frozen at the sale.',
  fields: (t) => ({
    line: t.int({ description: 'The first is 1.', resolve: ({ state }) => state.line.line }),
    kind: t.string({ resolve: ({ state }) => state.line.kind }),
    partnerId: t.id({ resolve: ({ state }) => state.line.partnerId }),
    offerId: t.id({ nullable: true, resolve: ({ state }) => state.line.offer?.id ?? null }),
    category: t.string({ nullable: true, resolve: ({ state }) => state.line.category }),
    quantity: t.int({ resolve: ({ state }) => state.line.quantity }),
    amount: t.field({
      type: MoneyType,
      resolve: ({ state, currency }) => moneyOf(state.line.amount, currency),
    }),
    captured: t.field({
      type: MoneyType,
      resolve: ({ state, currency }) => moneyOf(state.captured, currency),
    }),
    covered: t.boolean({ resolve: ({ state }) => state.covered }),
    refunded: t.field({
      type: MoneyType,
      resolve: ({ state, currency }) => moneyOf(state.refunded, currency),
    }),
    base: t.field({
      type: MoneyType,
      description: 'What the pool is a part of.',
      resolve: ({ state, currency }) => moneyOf(state.line.base, currency),
    }),
    poolBasisPoints: t.int({ resolve: ({ state }) => state.line.poolBasisPoints }),
    poolFrom: t.string({
      description: 'TERMS, OFFER (its override raised it) or NONE.',
      resolve: ({ state }) => state.line.poolFrom,
    }),
    partnershipId: t.id({ nullable: true, resolve: ({ state }) => state.line.terms?.partnershipId ?? null }),
    termsVersion: t.int({ nullable: true, resolve: ({ state }) => state.line.terms?.version ?? null }),
    rateCategory: t.string({
      nullable: true,
      description: 'The category whose rate applied; null: the default of the terms, or no terms.',
      resolve: ({ state }) => state.line.terms?.category ?? null,
    }),
    legs: t.field({ type: [ExplainedLegType], resolve: legsOf }),
  }),
})

type Candidate = Attribution['candidates'][number]

const CandidateType = builder.objectRef<Candidate>('AttributionCandidate').implement({
  description: 'A touch within the window, or the inviter under a binding, and what became of it.',
  fields: (t) => ({
    touch: t.exposeString('touch', { nullable: true, description: 'The event: stream@revision.' }),
    at: t.field({ type: 'DateTime', resolve: ({ at }) => at }),
    shareId: t.exposeID('shareId', { nullable: true }),
    sharerId: t.exposeID('sharerId', { nullable: true }),
    verdict: t.exposeString('verdict'),
  }),
})

const CreditedType = builder.objectRef<Attribution['credited'][number]>('CreditedSharer').implement({
  fields: (t) => ({
    sharerId: t.exposeID('sharerId'),
    inviterId: t.exposeID('inviterId', { nullable: true }),
    basisPoints: t.exposeInt('basisPoints'),
  }),
})

export const AttributionType = builder.objectRef<Attribution>('Attribution').implement({
  description: 'Whom a purchase is credited to, by which model and window, and why.',
  fields: (t) => ({
    model: t.exposeString('model'),
    windowDays: t.exposeInt('windowDays'),
    levels: t.exposeInt('levels'),
    reason: t.exposeString('reason'),
    credited: t.field({ type: [CreditedType], resolve: ({ credited }) => [...credited] }),
    candidates: t.field({ type: [CandidateType], resolve: ({ candidates }) => [...candidates] }),
  }),
})

interface Explained {
  readonly state: PurchaseState & { readonly sale: NonNullable<PurchaseState['sale']> }
  /** Partners whose lines the caller may see; null: all. */
  readonly partners: ReadonlySet<string> | null
}

const ExplainedSplitType = builder.objectRef<Explained>('ExplainedSplit').implement({
  description: 'A purchase, cent by cent.',
  fields: (t) => ({
    purchaseId: t.id({ resolve: ({ state }) => state.sale.purchaseId }),
    communityId: t.id({ resolve: ({ state }) => state.sale.communityId }),
    recognised: t.boolean({ resolve: ({ state }) => state.recognised }),
    flags: t.stringList({
      description: 'Why a stated sale would have been refused, had it been asked for.',
      resolve: ({ state }) =>
        state.sale.flags.map(({ flag, line }) => (line === null ? flag : `${flag} (line ${line})`)),
    }),
    attribution: t.field({
      type: AttributionType,
      nullable: true,
      description: "Not told to a partner: who shares is the community's to know.",
      resolve: ({ state, partners }) => (partners === null ? state.sale.attribution : null),
    }),
    lines: t.field({
      type: [ExplainedLineType],
      resolve: ({ state, partners }) =>
        state.lines
          .filter(({ line }) => partners === null || partners.has(line.partnerId))
          .map((line) => ({ state: line, currency: state.sale.currency, namesPersons: partners === null })),
    }),
  }),
})

const hasSale = (state: PurchaseState): state is Explained['state'] => state.sale !== null

builder.queryField('explainSplit', (t) =>
  t.field({
    type: ExplainedSplitType,
    nullable: true,
    description: 'Why each party gets what it gets of a purchase. Null where there is none that you may see.',
    args: { purchaseId: t.arg.id() },
    resolve: async (_parent, { purchaseId }, context, info) => {
      const reach = reachIn(context, info)
      const { handler, model } = context.services
      const { state } = await handler.readFresh(model.purchase, purchaseId)
      if (!hasSale(state)) return null
      if (reaches(reach, [state.sale.communityId])) return { state, partners: null }
      const partners = new Set(
        state.lines.map(({ line }) => line.partnerId).filter((id) => reaches(reach, [id])),
      )
      return partners.size === 0 ? null : { state, partners }
    },
  }),
)
