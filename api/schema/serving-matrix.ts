/** The serving matrix: which partner brands serve which community segments, and what nobody serves yet. */
import type { GraphQLResolveInfo } from 'graphql'
import type { DocumentReader } from '../../projections/documents.ts'
import { demandGaps, type Gap } from '../../projections/queries/gaps.ts'
import { type MatrixRow, placeStates, servingMatrix } from '../../projections/queries/matrix.ts'
import { readLive } from '../../projections/read-live.ts'
import { catalogueView } from '../../projections/views/catalogue.ts'
import { directory } from '../../projections/views/directory.ts'
import { matrix } from '../../projections/views/matrix.ts'
import { membersView } from '../../projections/views/members.ts'
import { pageArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import type { ApiContext } from '../graphql/context.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { RequestError } from '../graphql/request-error.ts'
import { slotName, slotOf } from './slots.ts'

const PlaceStateType = enumNamed('PlaceState', placeStates)

const inCurrency = (minor: number, { currency }: MatrixRow) =>
  currency === null ? null : moneyOf(minor, currency)

const CellType = builder.objectRef<MatrixRow>('ServingCell').implement({
  description:
    'What one partner does for one segment of one community in one category. Cells of segments overlap, since people are in several: totals are figures of their own (ALL), never sums of cells.',
  fields: (t) => ({
    partnerId: t.exposeID('partner'),
    communityId: t.exposeID('community'),
    segment: t.string({
      description: "A segment's id, NONE (outside every segment), or ALL.",
      resolve: ({ segment }) => slotName(segment),
    }),
    category: t.string({
      description: 'A category, NONE (freight), or ALL.',
      resolve: ({ category }) => slotName(category),
    }),
    state: t.field({
      type: PlaceStateType,
      description: 'ACTIVE: sold lately. DORMANT: sold before that. OFFERED: offers live, nothing sold.',
      resolve: ({ state }) => state,
    }),
    offersLive: t.exposeInt('offersLive', { nullable: true, description: 'Offers that can be placed now.' }),
    reached: t.exposeInt('reached', {
      nullable: true,
      description: 'People who had a touch or a purchase of the partner. Null for a range of months.',
    }),
    buyers: t.exposeInt('buyers', {
      nullable: true,
      description: 'People who bought. Null for a range of months.',
    }),
    purchases: t.exposeInt('purchases', { description: 'From their recognition on, voided ones left out.' }),
    units: t.exposeInt('units', { description: 'Of goods.' }),
    unitsReturned: t.exposeInt('unitsReturned'),
    gross: t.field({
      type: MoneyType,
      nullable: true,
      description: 'Freight included. Null until something was sold.',
      resolve: (row) => inCurrency(row.gross, row),
    }),
    refunds: t.field({ type: MoneyType, nullable: true, resolve: (row) => inCurrency(row.refunds, row) }),
    net: t.field({ type: MoneyType, nullable: true, resolve: (row) => inCurrency(row.net, row) }),
    partnerNet: t.field({
      type: MoneyType,
      nullable: true,
      description: "The partner's legs less what was taken back and kept.",
      resolve: (row) => inCurrency(row.partnerNet, row),
    }),
    firstSaleAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ firstSaleAt }) => firstSaleAt }),
    lastSaleAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ lastSaleAt }) => lastSaleAt }),
  }),
})

const ServingMatrixConnection = defineConnection<MatrixRow>(
  'ServingMatrix',
  (t) => t.field({ type: CellType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [CellType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

const GapType = builder.objectRef<Gap>('DemandGap').implement({
  description: 'Members of a segment are interested in a category that no live offer serves and nobody sold.',
  fields: (t) => ({
    communityId: t.exposeID('community'),
    segmentId: t.exposeID('segment'),
    category: t.exposeString('category'),
    members: t.exposeInt('members', { description: 'Of the segment, as last recorded.' }),
  }),
})

const DemandGapConnection = defineConnection<Gap>(
  'DemandGap',
  (t) => t.field({ type: GapType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [GapType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

const monthShape = /^\d{4}-(0[1-9]|1[0-2])$/

/** @throws {RequestError} BAD_REQUEST */
export const monthOf = (value: string | null | undefined, name: string): string | null => {
  if (value === null || value === undefined) return null
  if (monthShape.test(value)) return value
  throw new RequestError('BAD_REQUEST', `${name} is no month: write it as 2026-03.`)
}

const withViews = <Value>(
  { services: { documents } }: ApiContext,
  read: (catalogue: DocumentReader, directory: DocumentReader, members: DocumentReader) => Promise<Value>,
): Promise<Value> =>
  readLive(documents, catalogueView.name, (catalogue) =>
    readLive(documents, directory.name, (people) =>
      readLive(documents, membersView.name, (members) => read(catalogue, people, members)),
    ),
  )

const nowOf = ({ services: { clock } }: ApiContext): string => new Date(clock.now()).toISOString()

interface MatrixArgs {
  readonly first: number
  readonly after?: string | null | undefined
  readonly minPosition?: string | null | undefined
  readonly partnerId?: string | null | undefined
  readonly communityId?: string | null | undefined
  readonly segment?: string | null | undefined
  readonly category?: string | null | undefined
  readonly from?: string | null | undefined
  readonly to?: string | null | undefined
  readonly states?: readonly string[] | null | undefined
  readonly activeDays: number
  readonly offers: boolean
}

const readMatrix = (args: MatrixArgs, context: ApiContext, info: GraphQLResolveInfo) => {
  const reach = reachIn(context, info)
  const asked = {
    partner: args.partnerId ?? null,
    community: args.communityId ?? null,
    segment: slotOf(args.segment),
    category: slotOf(args.category),
    from: monthOf(args.from, 'from'),
    to: monthOf(args.to, 'to'),
    states: placeStates.filter((state) => args.states?.includes(state)),
    now: nowOf(context),
    activeDays: args.activeDays,
    withOffers: args.offers,
  }
  return readPage(context, info, matrix.name, { ...args }, (reader, request) =>
    withViews(context, (catalogue, people) =>
      servingMatrix({ matrix: reader, catalogue, directory: people }, reach, asked, request),
    ),
  )
}

builder.queryField('servingMatrix', (t) =>
  t.field({
    type: ServingMatrixConnection,
    description: 'Which partners serve which segments of which communities. Without months, of all time.',
    args: {
      partnerId: t.arg.id({ required: false }),
      communityId: t.arg.id({ required: false }),
      segment: t.arg.string({
        required: false,
        description: "A segment's id, NONE or ALL; left out: each of them but ALL.",
      }),
      category: t.arg.string({
        required: false,
        description: 'A category, NONE or ALL; left out: each of them but ALL.',
      }),
      from: t.arg.string({ required: false, description: 'First month, as 2026-03.' }),
      to: t.arg.string({ required: false, description: 'Last month.' }),
      states: t.arg({ type: [PlaceStateType], required: false, description: 'Left out: any.' }),
      activeDays: t.arg.int({ required: false, defaultValue: 90, description: 'What counts as lately.' }),
      offers: t.arg.boolean({
        required: false,
        defaultValue: true,
        description: 'False: offersLive is not looked up, and places that are only offered are left out.',
      }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) =>
      readMatrix({ ...args, activeDays: args.activeDays ?? 90, offers: args.offers ?? true }, context, info),
  }),
)

builder.queryField('demandGaps', (t) =>
  t.field({
    type: DemandGapConnection,
    description: 'What segments of a community are interested in and nobody serves.',
    args: { communityId: t.arg.id(), ...pageArgs() },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = { community: args.communityId, now: nowOf(context) }
      return readPage(context, info, matrix.name, { ...args }, (reader, request) =>
        withViews(context, (catalogue, people, members) =>
          demandGaps({ matrix: reader, catalogue, directory: people, members }, reach, asked, request),
        ),
      )
    },
  }),
)
