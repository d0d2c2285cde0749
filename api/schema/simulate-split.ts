/** What a line would be split into: under the terms in force, or under terms that nobody accepted yet. */
import { z } from 'zod'
import { Rejection } from '../../domain/decider.ts'
import { partnershipIdOf } from '../../domain/derive.ts'
import type { Terms } from '../../domain/events/organisations.ts'
import * as shape from '../../domain/events/shapes.ts'
import { answered } from '../../domain/look.ts'
import { askedTerms, checkedTerms } from '../../domain/partnership/terms.ts'
import { termsAt } from '../../domain/partnership.ts'
import { poolOf, rateFor } from '../../domain/rates.ts'
import { type LineSplit, splitLine } from '../../domain/split.ts'
import { ancestors } from '../../domain/taxonomy.ts'
import { reaches } from '../auth/reach.ts'
import { builder } from '../graphql/builder.ts'
import type { ApiContext } from '../graphql/context.ts'
import { reachIn } from '../graphql/guard.ts'
import { nodeOf } from '../graphql/input-node.ts'
import { declareInput, typeOf } from '../graphql/input-types.ts'
import { toCommandValue, toInputPath } from '../graphql/input-value.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { RequestError } from '../graphql/request-error.ts'
import '../graphql/shared-inputs.ts'
import { errorsOfIssues } from '../graphql/user-error.ts'
import { type ExplainedLeg, ExplainedLegType } from './explain-split.ts'

const asked = z.strictObject({
  partnerId: shape.partnerId,
  communityId: shape.communityId,
  /** What the buyer pays, in minor units. */
  amount: shape.amount,
  currency: shape.currency,
  /** Tax within it. */
  tax: shape.amount.nullable(),
  category: shape.code.nullable(),
  /** Under the terms in force then; left out: now. */
  at: shape.instant.nullable(),
  /** An offer's override of the pool, in basis points. */
  poolOverride: shape.basisPoints.nullable(),
  /** Terms that bind nobody yet; left out: those in force. */
  terms: askedTerms.nullable(),
  sharerId: shape.personId.nullable(),
  /** Who invited the sharer. */
  inviterId: shape.personId.nullable(),
  leaderId: shape.personId.nullable(),
  buyerId: shape.personId.nullable(),
})
type Asked = z.infer<typeof asked>

const node = nodeOf(asked, 'SimulateSplitInput')
declareInput(node)

interface Simulated {
  readonly legs: readonly ExplainedLeg[]
  readonly base: number
  readonly poolBasisPoints: number
  readonly rateCategory: string | null
  readonly termsVersion: number | null
  readonly currency: string
}

const SimulatedSplitType = builder.objectRef<Simulated>('SimulatedSplit').implement({
  description: 'What a line would come to. Nothing is recorded.',
  fields: (t) => ({
    base: t.field({
      type: MoneyType,
      description: 'What the pool is a part of.',
      resolve: ({ base, currency }) => moneyOf(base, currency),
    }),
    poolBasisPoints: t.exposeInt('poolBasisPoints'),
    rateCategory: t.exposeString('rateCategory', { nullable: true }),
    termsVersion: t.exposeInt('termsVersion', {
      nullable: true,
      description: 'Null: of the terms in the question.',
    }),
    legs: t.field({ type: [ExplainedLegType], resolve: ({ legs }) => [...legs] }),
  }),
})

const parsed = (input: unknown): Asked => {
  const result = asked.safeParse(toCommandValue(node, input))
  if (result.success) {
    if ((result.data.tax ?? 0) <= result.data.amount) return result.data
    throw new RequestError('BAD_REQUEST', 'input.tax is above input.amount, although it is within it.')
  }
  const [first] = errorsOfIssues(result.error.issues, (path) => toInputPath(node, input, path))
  throw new RequestError('BAD_REQUEST', `${['input', ...(first?.path ?? [])].join('.')}: ${first?.message}`)
}

const proposed = (terms: NonNullable<Asked['terms']>): { readonly version: null; readonly terms: Terms } => {
  try {
    return { version: null, terms: checkedTerms(terms) }
  } catch (error) {
    if (error instanceof Rejection)
      throw new RequestError('BAD_REQUEST', `input.${error.path.join('.')}: ${error.message}`)
    throw error
  }
}

/** Amounts are of the community's currency. @throws (rejects) {RequestError} */
const checkCurrency = async (
  { services: { handler, model } }: ApiContext,
  { communityId, currency }: Asked,
): Promise<void> => {
  const { state } = await handler.read(model.community, communityId)
  if (state.founded !== null && state.currency !== currency)
    throw new RequestError(
      'BAD_REQUEST',
      `input.currency is ${currency}, but the community sells in ${state.currency}. Name the amount in it.`,
    )
}

const inForce = async ({ services }: ApiContext, { partnerId, communityId, at }: Asked) => {
  const { handler, model, derive, clock } = services
  const { state } = await handler.read(model.partnership, partnershipIdOf(derive, partnerId, communityId))
  return termsAt(state, at ?? new Date(clock.now()).toISOString())
}

const split = (
  { amount, tax, ...question }: Asked,
  rate: Terms['rates'][number],
  poolBasisPoints: number,
): LineSplit => {
  const { partnerId, communityId, sharerId, inviterId, leaderId, buyerId } = question
  // Nobody is in their own chain.
  const sharer = sharerId === buyerId ? null : sharerId
  const inviter = inviterId === buyerId || inviterId === sharer ? null : inviterId
  return splitLine(
    { amount, othersDiscount: 0, tax: tax ?? 0, rate, poolBasisPoints },
    {
      partnerId,
      communityId,
      credited: sharer === null ? [] : [{ sharerId: sharer, inviterId: inviter, basisPoints: 10_000 }],
      leaderId,
      buyerId,
    },
  )
}

builder.queryField('simulateSplit', (t) =>
  t.field({
    type: SimulatedSplitType,
    nullable: true,
    description:
      'What a line would be split into. Null where partner and community have no terms for it then.',
    args: { input: t.arg({ type: typeOf(node).item }) },
    resolve: async (_parent, { input }, context, info): Promise<Simulated | null> => {
      const question = parsed(input)
      const { partnerId, communityId, amount, currency, category, poolOverride, terms } = question
      if (!reaches(reachIn(context, info), [partnerId, communityId])) return null
      await checkCurrency(context, question)
      const found = terms === null ? await inForce(context, question) : proposed(terms)
      if (found === null) return null
      const { handler } = context.services
      const path =
        category === null
          ? []
          : await answered(
              async (source, id) => (await handler.read(source, id)).state,
              (look) => ancestors(category, look),
            )
      const applied = rateFor(found.terms, path)
      if (applied === null) return null
      const poolBasisPoints = poolOf(applied.rate, poolOverride)
      const { base, weightTotal, legs } = split(question, applied.rate, poolBasisPoints)
      const line = { weightTotal, poolBasisPoints }
      return {
        base,
        poolBasisPoints,
        rateCategory: applied.category,
        termsVersion: found.version,
        currency,
        legs: legs.map((leg) => ({
          leg,
          line,
          legsTotal: amount,
          reversed: 0,
          currency,
          namesPersons: true,
        })),
      }
    },
  }),
)
