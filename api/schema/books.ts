/** The books: journal, balances and whether they balance, as of now or of any time before. */
import type { z } from 'zod'
import { type Account, accountKinds } from '../../domain/accounts.ts'
import { date as dateShape, instant as instantShape } from '../../domain/events/shapes.ts'
import { type AsOf, now } from '../../projections/queries/as-of.ts'
import { type AccountBalance, accountBalances, journalPostings } from '../../projections/queries/journal.ts'
import { type TrialBalance, type TrialRow, trialBalance } from '../../projections/queries/trial-balance.ts'
import { journal, type PostingDocument } from '../../projections/views/journal.ts'
import { pageArgs, readArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import type { ApiContext } from '../graphql/context.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { resolvePosition } from '../graphql/position-token.ts'
import { type ReadAt, ReadAtType } from '../graphql/read-at.ts'
import { readView } from '../graphql/reading.ts'
import { RequestError } from '../graphql/request-error.ts'
import { SplitRoleType } from './split-role.ts'

const AccountKindType = enumNamed('AccountKind', accountKinds)

interface AsOfArg {
  readonly position?: string | null | undefined
  readonly recordedAt?: string | null | undefined
  readonly businessDate?: string | null | undefined
}

const AsOfInput = builder.inputType('AsOf', {
  isOneOf: true,
  description: 'As of when the books are read.',
  fields: (t) => ({
    position: t.string({ required: false, description: 'All that was recorded up to this position.' }),
    recordedAt: t.field({
      type: 'DateTime',
      required: false,
      description: 'All that was recorded up to this instant.',
    }),
    businessDate: t.string({
      required: false,
      description: 'Entries of this business day and before, whenever recorded; 2026-03-31.',
    }),
  }),
})

const parsed = <Value>(shape: z.ZodType<Value>, value: unknown, what: string): Value => {
  const result = shape.safeParse(value)
  if (result.success) return result.data
  throw new RequestError('BAD_REQUEST', what)
}

const asOfFrom = async ({ services }: ApiContext, asked: AsOfArg | null | undefined): Promise<AsOf> => {
  if (asked?.position != null) {
    return { kind: 'POSITION', position: await resolvePosition(services.store, asked.position) }
  }
  if (asked?.recordedAt != null) {
    const instant = parsed(
      instantShape,
      new Date(asked.recordedAt).toISOString(),
      'asOf.recordedAt is no instant.',
    )
    return { kind: 'RECORDED_AT', instant }
  }
  if (asked?.businessDate != null) {
    const date = parsed(
      dateShape,
      asked.businessDate,
      'asOf.businessDate is no date: write it as 2026-03-31.',
    )
    return { kind: 'BUSINESS_DATE', date }
  }
  return now
}

type Detail = PostingDocument['details'][number]

const PostingDetailType = builder
  .objectRef<Detail & { readonly currency: string }>('PostingDetail')
  .implement({
    description: 'A part of a posting: of which line, whose leg or charge.',
    fields: (t) => ({
      amount: t.field({ type: MoneyType, resolve: ({ amount, currency }) => moneyOf(amount, currency) }),
      line: t.exposeInt('line', { nullable: true }),
      party: t.exposeID('party', { nullable: true }),
      role: t.field({ type: SplitRoleType, nullable: true, resolve: ({ role }) => role }),
    }),
  })

const PostingType = builder.objectRef<PostingDocument>('Posting').implement({
  description:
    'One side of an entry. Postings of one entry share the event, and sum to zero; debits are positive.',
  fields: (t) => ({
    account: t.exposeString('account'),
    amount: t.field({ type: MoneyType, resolve: ({ amount, currency }) => moneyOf(amount, currency) }),
    kind: t.exposeString('kind', { description: 'Of the entry: SALE, CAPTURE, REFUND …' }),
    businessDate: t.exposeString('businessDate'),
    recordedAt: t.field({ type: 'DateTime', resolve: ({ recordedAt }) => recordedAt }),
    event: t.exposeString('event', { description: 'The event behind it: stream@revision.' }),
    purchaseId: t.exposeID('purchase', { nullable: true }),
    communityId: t.exposeID('community', { nullable: true }),
    details: t.field({
      type: [PostingDetailType],
      resolve: ({ details, currency }) => details.map((detail) => ({ ...detail, currency })),
    }),
  }),
})

const JournalConnection = defineConnection<PostingDocument>(
  'Journal',
  (t) => t.field({ type: PostingType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [PostingType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

const kindOf = (kind: string) => {
  const found = accountKinds.find((each) => each === kind)
  if (found === undefined) throw new TypeError(`There is no kind of account ${kind}.`)
  return found
}

const BalanceType = builder.objectRef<AccountBalance>('AccountBalance').implement({
  description: 'Debits are positive: what is owed to a party has a negative balance.',
  fields: (t) => ({
    account: t.exposeString('account'),
    kind: t.field({ type: AccountKindType, resolve: ({ kind }) => kindOf(kind) }),
    balance: t.field({ type: MoneyType, resolve: ({ balance, currency }) => moneyOf(balance, currency) }),
    debit: t.field({
      type: MoneyType,
      nullable: true,
      description: 'Null as of a position or recorded time.',
      resolve: ({ debit, currency }) => (debit === null ? null : moneyOf(debit, currency)),
    }),
    credit: t.field({
      type: MoneyType,
      nullable: true,
      resolve: ({ credit, currency }) => (credit === null ? null : moneyOf(credit, currency)),
    }),
    entries: t.exposeInt('entries'),
  }),
})

const BalanceConnection = defineConnection<AccountBalance>(
  'Balance',
  (t) => t.field({ type: BalanceType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [BalanceType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

const TrialRowType = builder.objectRef<TrialRow>('TrialBalanceRow').implement({
  fields: (t) => ({
    kind: t.field({ type: AccountKindType, resolve: ({ kind }) => kindOf(kind) }),
    balance: t.field({ type: MoneyType, resolve: ({ balance, currency }) => moneyOf(balance, currency) }),
    debit: t.field({
      type: MoneyType,
      nullable: true,
      resolve: ({ debit, currency }) => (debit === null ? null : moneyOf(debit, currency)),
    }),
    credit: t.field({
      type: MoneyType,
      nullable: true,
      resolve: ({ credit, currency }) => (credit === null ? null : moneyOf(credit, currency)),
    }),
  }),
})

const TrialBalanceType = builder
  .objectRef<TrialBalance & { readonly readAt: ReadAt }>('TrialBalance')
  .implement({
    fields: (t) => ({
      rows: t.field({ type: [TrialRowType], resolve: ({ rows }) => [...rows] }),
      balanced: t.exposeBoolean('balanced', {
        description:
          'All accounts sum to zero in every currency, and nothing that belongs in the books was set aside.',
      }),
      setAside: t.exposeInt('setAside', {
        description: 'Streams of which the books lack entries, since an event of theirs could not be booked.',
      }),
      readAt: t.field({ type: ReadAtType, resolve: ({ readAt }) => readAt }),
    }),
  })

const isKind = (text: string | null | undefined): text is Account['kind'] =>
  text != null && accountKinds.some((kind) => kind === text)

builder.queryField('journal', (t) =>
  t.field({
    type: JournalConnection,
    description: 'Postings in the order of the log.',
    args: {
      account: t.arg.string({
        required: false,
        description: 'As `payable:partner_…` or `clearing:stripe:main`.',
      }),
      currency: t.arg({ type: 'CurrencyCode', required: false }),
      purchaseId: t.arg.id({ required: false }),
      newestFirst: t.arg.boolean({ required: false, defaultValue: false }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        account: args.account ?? null,
        currency: args.currency ?? null,
        purchase: args.purchaseId ?? null,
        newestFirst: args.newestFirst ?? false,
      }
      return readPage(context, info, journal.name, { ...args }, (reader, request) =>
        journalPostings(reader, reach, asked, request),
      )
    },
  }),
)

builder.queryField('balances', (t) =>
  t.field({
    type: BalanceConnection,
    description: 'Balances of accounts, now or as of any time before.',
    args: {
      account: t.arg.string({ required: false }),
      kind: t.arg({ type: AccountKindType, required: false }),
      currency: t.arg({ type: 'CurrencyCode', required: false }),
      asOf: t.arg({ type: AsOfInput, required: false }),
      ...pageArgs(),
    },
    resolve: async (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        account: args.account ?? null,
        kind: isKind(args.kind) ? args.kind : null,
        currency: args.currency ?? null,
        asOf: await asOfFrom(context, args.asOf),
      }
      return readPage(context, info, journal.name, { ...args }, (reader, request) =>
        accountBalances(reader, reach, asked, request),
      )
    },
  }),
)

builder.queryField('trialBalance', (t) =>
  t.field({
    type: TrialBalanceType,
    description: 'Every account, summed by its kind.',
    args: { asOf: t.arg({ type: AsOfInput, required: false }), ...readArgs() },
    resolve: async (_parent, { asOf, minPosition }, context) => {
      const asked = await asOfFrom(context, asOf)
      const { value, readAt } = await readView(context, journal.name, minPosition, (reader) =>
        trialBalance(reader, asked),
      )
      return { ...value, readAt }
    },
  }),
)
