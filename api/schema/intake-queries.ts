/** Parked facts, to be worked off. */
import { countFacts, type FactCount, factById, findFacts } from '../../projections/queries/intake.ts'
import { type FactDocument, intake } from '../../projections/views/intake.ts'
import { pageArgs, readArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import { reachIn } from '../graphql/guard.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { readView } from '../graphql/reading.ts'
import { FactKindType, FactStatusType, FactType, ParkingReasonType } from './intake.ts'

const FactConnection = defineConnection<FactDocument>(
  'ParkedFact',
  (t) => t.field({ type: FactType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [FactType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.queryField('intake', (t) =>
  t.field({
    type: FactConnection,
    description: 'Stated facts that could not be attached, by when they were parked.',
    args: {
      status: t.arg({ type: FactStatusType, required: false }),
      why: t.arg({ type: ParkingReasonType, required: false }),
      kind: t.arg({ type: FactKindType, required: false }),
      purchaseId: t.arg.id({ required: false }),
      reference: t.arg.string({ required: false, description: 'What the source calls the purchase.' }),
      newestFirst: t.arg.boolean({ required: false, defaultValue: false }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        status: args.status ?? null,
        why: args.why ?? null,
        kind: args.kind ?? null,
        purchase: args.purchaseId ?? null,
        reference: args.reference ?? null,
      }
      return readPage(context, info, intake.name, { ...args }, (reader, request) =>
        findFacts(reader, reach, asked, args.newestFirst ?? false, request),
      )
    },
  }),
)

builder.queryField('fact', (t) =>
  t.field({
    type: FactType,
    nullable: true,
    description: 'One parked fact; null where there is none.',
    args: { id: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { id, minPosition }, context, info) => {
      const reach = reachIn(context, info)
      const { value } = await readView(context, intake.name, minPosition, (reader) =>
        factById(reader, reach, id),
      )
      return value
    },
  }),
)

const FactCountType = builder.objectRef<FactCount>('FactCount').implement({
  description: 'How many facts there are of one sort, and what they come to.',
  fields: (t) => ({
    status: t.exposeString('status'),
    why: t.exposeString('why'),
    kind: t.exposeString('kind'),
    count: t.exposeInt('count'),
    amount: t.field({ type: MoneyType, resolve: ({ amount, currency }) => moneyOf(amount, currency) }),
  }),
})

builder.queryField('intakeCounts', (t) =>
  t.field({
    type: [FactCountType],
    description: 'Facts by status, reason, kind and currency.',
    args: readArgs(),
    resolve: async (_parent, { minPosition }, context, info) => {
      const reach = reachIn(context, info)
      const { value } = await readView(context, intake.name, minPosition, (reader) =>
        countFacts(reader, reach),
      )
      return [...value]
    },
  }),
)
