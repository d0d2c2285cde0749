/** How revenue is split: by month, community, segment, partner, role and party, each total a figure of its own. */
import { revenueSplit, type SplitRow } from '../../projections/queries/split.ts'
import { splitDimensions } from '../../projections/queries/split-source.ts'
import { revenueSplit as splitView } from '../../projections/views/split.ts'
import { pageArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { monthOf } from './serving-matrix.ts'
import { slotName, slotOf } from './slots.ts'
import { SplitRoleType } from './split-role.ts'

const SplitDimensionType = enumNamed('SplitDimension', splitDimensions)

const SplitRowType = builder.objectRef<SplitRow>('RevenueSplitRow').implement({
  description:
    'What the legs of recognised sales come to, for what was grouped by. Other dimensions are null.',
  fields: (t) => ({
    month: t.exposeString('month', { nullable: true, description: 'Of the books, as 2026-03.' }),
    communityId: t.exposeID('community', { nullable: true }),
    segment: t.string({
      nullable: true,
      description:
        "A segment's id, or NONE. A sale counts in each segment of its buyer: do not add these up.",
      resolve: ({ segment }) => (segment === null ? null : slotName(segment)),
    }),
    partnerId: t.exposeID('partner', { nullable: true, description: 'Whose lines.' }),
    role: t.field({ type: SplitRoleType, nullable: true, resolve: ({ role }) => role }),
    party: t.exposeID('party', {
      nullable: true,
      description:
        'Who receives: a partner, community or person, or `platform`. Grouped by it, null: people together, who are told to their community and the platform alone.',
    }),
    gross: t.field({
      type: MoneyType,
      description: 'Legs.',
      resolve: (row) => moneyOf(row.gross, row.currency),
    }),
    reversed: t.field({
      type: MoneyType,
      description: 'Taken back by refunds, lost disputes, voids.',
      resolve: (row) => moneyOf(row.reversed, row.currency),
    }),
    kept: t.field({
      type: MoneyType,
      description: 'Pool kept on refunds: borne by the partner of the line.',
      resolve: (row) => moneyOf(row.kept, row.currency),
    }),
    net: t.field({ type: MoneyType, resolve: (row) => moneyOf(row.net, row.currency) }),
    legs: t.exposeInt('legs', { description: 'How many.' }),
  }),
})

const RevenueSplitConnection = defineConnection<SplitRow>(
  'RevenueSplit',
  (t) => t.field({ type: SplitRowType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [SplitRowType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.queryField('revenueSplit', (t) =>
  t.field({
    type: RevenueSplitConnection,
    description:
      'How revenue is split. Grouped by nothing, it is one total for each currency. Of too many figures for one answer, as persons of many communities are, it is refused (QUERY_TOO_COSTLY): `extensions.narrow` names the arguments to narrow it by.',
    args: {
      communityId: t.arg.id({ required: false }),
      partnerId: t.arg.id({ required: false }),
      segment: t.arg.string({
        required: false,
        description: "A segment's id or NONE; left out: each sale once.",
      }),
      currency: t.arg({ type: 'CurrencyCode', required: false }),
      from: t.arg.string({ required: false, description: 'First month of the books, as 2026-03.' }),
      to: t.arg.string({ required: false, description: 'Last month.' }),
      groupBy: t.arg({ type: [SplitDimensionType], required: false }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        community: args.communityId ?? null,
        partner: args.partnerId ?? null,
        segment: slotOf(args.segment),
        currency: args.currency ?? null,
        from: monthOf(args.from, 'from'),
        to: monthOf(args.to, 'to'),
        groupBy: splitDimensions.filter((dimension) => args.groupBy?.includes(dimension)),
      }
      return readPage(context, info, splitView.name, { ...args }, (reader, request) =>
        revenueSplit(reader, reach, asked, request),
      )
    },
  }),
)
