/** The intake: stated facts that belong to nothing known, and who settles them. */
import { z } from 'zod'
import { businessDate } from '../../domain/business-date.ts'
import { parkingReasons } from '../../domain/events/purchases.ts'
import * as shape from '../../domain/events/shapes.ts'
import { intakeCommand } from '../../domain/intake.ts'
import type { CommandMeta } from '../../eventstore/command.ts'
import { type FactDocument, factStatuses, facts, intake } from '../../projections/views/intake.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import type { Filled, Filling } from '../graphql/command-spec.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { KeyInput } from '../graphql/key.ts'
import { loadAfter } from '../graphql/load.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { definePayload, done, refused } from '../graphql/outcome.ts'
import { type Asked, checkTexts, keyOf, metaOf, Unprepared } from '../graphql/prepare.ts'
import { errorsOfIssues, userErrorOf } from '../graphql/user-error.ts'
import { NodeType } from './node.ts'
import { SourceType } from './source.ts'

export const FactKindType = enumNamed('FactKind', ['PAYMENT', 'REFUND', 'DISPUTE', 'ROW'])
export const FactStatusType = enumNamed('FactStatus', factStatuses)
export const ParkingReasonType = enumNamed('ParkingReason', parkingReasons)

export const FactType = builder.objectRef<FactDocument>('ParkedFact').implement({
  description: 'A stated fact that could not be attached: counted in suspense until it is settled.',
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('fact'),
    kind: t.field({ type: FactKindType, resolve: ({ content }) => content.kind }),
    status: t.field({ type: FactStatusType, resolve: ({ status }) => status }),
    why: t.field({ type: ParkingReasonType, resolve: ({ why }) => why }),
    detail: t.exposeString('detail'),
    amount: t.field({ type: MoneyType, resolve: ({ amount, currency }) => moneyOf(amount, currency) }),
    purchaseId: t.exposeID('purchase', { nullable: true }),
    reference: t.exposeString('reference', {
      nullable: true,
      description: 'The number that the source gives its purchase.',
    }),
    source: t.field({ type: SourceType, resolve: ({ source }) => source }),
    at: t.field({ type: 'DateTime', resolve: ({ at }) => at }),
    parkedAt: t.field({ type: 'DateTime', resolve: ({ parkedAt }) => parkedAt }),
    endedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ endedAt }) => endedAt }),
    attachedTo: t.exposeID('attachedTo', {
      nullable: true,
      description: 'The purchase that it was attached to.',
    }),
    note: t.exposeString('note', { nullable: true }),
  }),
})

const FactPayload = definePayload('FactPayload', (t) => ({
  fact: t.field({
    type: FactType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, intake.name, facts, outcome),
  }),
}))

const now = ({ now: at, services }: Filling): Filled => ({
  at,
  businessDate: businessDate(at, services.deployment.zone),
})

const mutation = mutationsOn({
  decider: (model) => model.intake,
  commands: intakeCommand,
  payload: FactPayload,
})

mutation('dismissFact', 'DismissFact', 'A person says that the fact is none of ours; it leaves suspense.', {
  target: { kind: 'NAMED', input: 'factId', id: shape.factId, thing: 'fact' },
  owners: { by: 'NOBODY' },
  key: 'REQUIRED',
  filled: ['at', 'businessDate'],
  fill: now,
})

const ResolveFactInput = builder.inputType('ResolveFactInput', {
  fields: (t) => ({
    factId: t.id({ description: 'Of the fact.' }),
    purchaseId: t.id({ description: 'Of the purchase that it belongs to.' }),
    note: t.string({ required: false, description: 'For who looks at it later; up to 500 characters.' }),
    key: t.field({ type: KeyInput }),
  }),
})

const asked = z.strictObject({
  factId: shape.factId,
  purchaseId: shape.purchaseId,
  note: z.string().trim().max(500),
})

builder.mutationField('resolveFact', (t) =>
  t.field({
    type: FactPayload,
    description:
      'Attaches a parked fact to a purchase; it leaves suspense. Again after a failure, it goes on.',
    args: { input: t.arg({ type: ResolveFactInput }) },
    resolve: async (_parent, { input }, context, info) => {
      const toInput = (inner: readonly (string | number)[]) => ['input', ...inner.map(String)]
      const { key: _, ...sent } = input
      const parsed = asked.safeParse({ ...sent, note: sent.note ?? '' })
      if (!parsed.success) return refused(errorsOfIssues(parsed.error.issues, toInput))
      const { factId, purchaseId, note } = parsed.data
      const request: Asked = { input, path: ['input'], context, reach: reachIn(context, info) }
      const { services, correlationId } = context
      const { stating, store, clock, derive } = services
      try {
        checkTexts(request)
        const key = keyOf(request, true)
        const meta: CommandMeta = {
          ...metaOf(request, []),
          commandId: derive('command', 'intake', factId, ...(key?.parts ?? [])),
          correlationId,
          occurredAt: null,
          payload: { mutation: 'resolveFact', input: sent },
        }
        const at = new Date(clock.now()).toISOString()
        return done(store, factId, await stating.attach(factId, purchaseId, note, at, meta))
      } catch (error) {
        if (error instanceof Unprepared) return refused(error.errors)
        const known = userErrorOf(error, toInput)
        if (known === undefined) throw error
        return refused([known])
      }
    },
  }),
)
