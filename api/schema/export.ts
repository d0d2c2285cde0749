/** Exports: a long list as a file, made by a job. */
import type {
  ExportFormat,
  ExportKind,
  ExportList,
  ExportRequest,
} from '../../projections/queries/exported.ts'
import { exportFormats, exportPage } from '../../projections/queries/exported.ts'
import { OutOfScope } from '../../projections/queries/scope.ts'
import { readLive } from '../../projections/read-live.ts'
import { journal } from '../../projections/views/journal.ts'
import { purchaseList } from '../../projections/views/purchases.ts'
import { reachOfList } from '../auth/export-access.ts'
import type { Principal } from '../auth/principal.ts'
import { reachesNothing } from '../auth/reach.ts'
import { builder } from '../graphql/builder.ts'
import type { ApiContext } from '../graphql/context.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { KeyInput, readKey } from '../graphql/key.ts'
import { definePayload, type Outcome, refused } from '../graphql/outcome.ts'
import { writePosition } from '../graphql/position-token.ts'
import { awaitPosition } from '../graphql/reading.ts'
import { RequestError } from '../graphql/request-error.ts'
import { inputError } from '../graphql/user-error.ts'
import { type ExportView, exportStates } from '../services.ts'
import { PurchaseStatusType } from './purchase.ts'

const kinds = ['PURCHASES', 'JOURNAL'] as const satisfies readonly ExportKind[]

const ExportFormatType = enumNamed('ExportFormat', exportFormats)

const ProgressType = builder.objectRef<NonNullable<ExportView['progress']>>('ExportProgress').implement({
  description: 'Rows written, and how many there are about.',
  fields: (t) => ({
    done: t.exposeInt('done'),
    total: t.exposeInt('total', { nullable: true, description: 'Null: not known.' }),
  }),
})

const ExportType = builder.objectRef<ExportView>('Export').implement({
  description: 'A list as a file, made by a job. GET `path` with your token while it is DONE.',
  fields: (t) => ({
    id: t.id({ resolve: ({ request }) => request.id }),
    list: t.field({ type: enumNamed('ExportKind', kinds), resolve: ({ request }) => request.list.kind }),
    format: t.field({ type: ExportFormatType, resolve: ({ request }) => request.format }),
    state: t.field({ type: enumNamed('ExportState', exportStates), resolve: ({ state }) => state }),
    progress: t.field({ type: ProgressType, nullable: true, resolve: ({ progress }) => progress }),
    etaSeconds: t.exposeInt('etaSeconds', { nullable: true, description: 'At the pace so far.' }),
    rows: t.exposeInt('rows', { nullable: true }),
    bytes: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Of the file.',
      resolve: ({ bytes }) => bytes,
    }),
    path: t.string({
      nullable: true,
      description: 'Of the file on this server; null where there is none.',
      resolve: ({ state, request }) => (state === 'DONE' ? `/exports/${request.id}` : null),
    }),
    asOf: t.string({
      description:
        'The position at which it was asked for. The journal has nothing later; purchases are shown as they were when the file was written, which is then or after.',
      resolve: ({ request }) => writePosition(request.asOf),
    }),
    askedAt: t.field({ type: 'DateTime', resolve: ({ request }) => request.askedAt }),
    finishedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ finishedAt }) => finishedAt }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the file is taken away.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
    error: t.exposeString('error', { nullable: true, description: 'Why it failed.' }),
  }),
})

/** @throws {RequestError} UNAUTHENTICATED */
const callerOf = ({ principal }: ApiContext): Principal => {
  if (principal === null) throw new RequestError('UNAUTHENTICATED', 'Sign in first.')
  return principal
}

const ownExport = async (context: ApiContext, id: string): Promise<ExportView | null> => {
  const found = await context.services.exports.find(id)
  return found?.request.subject === callerOf(context).subject ? found : null
}

builder.queryField('exports', (t) =>
  t.field({
    type: [ExportType],
    description: 'What you had exported, newest first, at most 50; kept in mind for 30 days.',
    extensions: { cost: { items: 50 } },
    resolve: async (_parent, _args, context) => [
      ...(await context.services.exports.of(callerOf(context).subject)),
    ],
  }),
)

builder.queryField('export', (t) =>
  t.field({
    type: ExportType,
    nullable: true,
    description: 'One of your exports.',
    args: { id: t.arg.id() },
    resolve: (_parent, { id }, context) => ownExport(context, id),
  }),
)

const PurchasesInput = builder.inputType('ExportPurchasesInput', {
  description: 'As the query `purchases` has it.',
  fields: (t) => ({
    communityId: t.id({ required: false }),
    personId: t.id({ required: false }),
    status: t.field({ type: PurchaseStatusType, required: false }),
    placedFrom: t.field({ type: 'DateTime', required: false }),
    placedBefore: t.field({ type: 'DateTime', required: false }),
  }),
})

const JournalInput = builder.inputType('ExportJournalInput', {
  description: 'As the query `journal` has it.',
  fields: (t) => ({
    account: t.string({ required: false }),
    currency: t.field({ type: 'CurrencyCode', required: false }),
    purchaseId: t.id({ required: false }),
  }),
})

const ListInput = builder.inputType('ExportListInput', {
  isOneOf: true,
  description: 'Which list, and what of it.',
  fields: (t) => ({
    purchases: t.field({ type: PurchasesInput, required: false }),
    journal: t.field({ type: JournalInput, required: false }),
  }),
})

const RequestExportInput = builder.inputType('RequestExportInput', {
  fields: (t) => ({
    list: t.field({ type: ListInput }),
    format: t.field({ type: ExportFormatType }),
    minPosition: t.string({ required: false, description: 'The file has at least what was written here.' }),
    key: t.field({ type: KeyInput }),
  }),
})

type Asked = typeof RequestExportInput.$inferInput

const instantOf = (value: string | null | undefined): string | null =>
  value == null ? null : new Date(value).toISOString()

const listOf = ({ purchases, journal: postings }: Asked['list']): ExportList =>
  purchases != null
    ? {
        kind: 'PURCHASES',
        asked: {
          community: purchases.communityId ?? null,
          person: purchases.personId ?? null,
          status: purchases.status ?? null,
          placedFrom: instantOf(purchases.placedFrom),
          placedBefore: instantOf(purchases.placedBefore),
        },
      }
    : {
        kind: 'JOURNAL',
        asked: {
          account: postings?.account ?? null,
          currency: postings?.currency ?? null,
          purchase: postings?.purchaseId ?? null,
        },
      }

/** How far a view is. @throws (rejects) {RequestError} LAGGING */
const placeOf = async ({ services }: ApiContext, view: string): Promise<ExportRequest['asOf']> => {
  const checkpoint = (await services.views.status()).find(({ name }) => name === view)?.checkpoint
  const { epoch, position = null, event = null } = checkpoint ?? {}
  if (epoch === undefined || position === null || event === null)
    throw new RequestError('LAGGING', 'There is nothing to export yet. Ask again shortly.')
  return { epoch, position, event }
}

const ask = async (context: ApiContext, input: Asked, format: ExportFormat): Promise<Outcome> => {
  const { services } = context
  const principal = callerOf(context)
  const key = readKey(input.key)
  if (key === undefined)
    return refused([inputError('INVALID', 'The key is empty or too long.', ['input', 'key'])])
  const list = listOf(input.list)
  const reach = reachOfList(list.kind, principal)
  if (reachesNothing(reach))
    return refused([inputError('NOT_ALLOWED', 'None of your roles may see this list.', ['input', 'list'])])
  const view = list.kind === 'PURCHASES' ? purchaseList.name : journal.name
  await awaitPosition(context, [view], input.minPosition)
  const asOf = await placeOf(context, view)
  try {
    await readLive(services.documents, view, (reader) => exportPage(reader, reach, list, asOf.position, null))
  } catch (error) {
    if (!(error instanceof OutOfScope)) throw error
    return refused([inputError('NOT_ALLOWED', error.message, ['input', 'list'])])
  }
  const { subject } = principal
  const id = services.derive('export', subject, ...key.parts)
  const answer = await services.exports.ask({
    id,
    subject,
    list,
    format,
    scope: { all: reach.all, organisations: reach.all ? [] : [...reach.organisations].sort() },
    asOf,
    askedAt: new Date(services.clock.now()).toISOString(),
  })
  if (answer === 'KEY_REUSED')
    return refused([
      inputError('KEY_REUSED', 'The key stands for another export. Use a new key.', ['input', 'key']),
    ])
  return { id, userErrors: [], mark: null, replayed: answer === 'REPEATED', version: null }
}

const ExportPayload = definePayload('ExportPayload', (t) => ({
  export: t.field({
    type: ExportType,
    nullable: true,
    resolve: ({ id }, _args, context) => (id === null ? null : ownExport(context, id)),
  }),
}))

builder.mutationField('requestExport', (t) =>
  t.field({
    type: ExportPayload,
    description: 'Has a list written to a file, as far as you may see it. The same key is the same export.',
    args: { input: t.arg({ type: RequestExportInput }) },
    extensions: { cost: { points: 50 } },
    resolve: (_parent, { input }, context) => ask(context, input, input.format),
  }),
)

const CancelExportInput = builder.inputType('CancelExportInput', { fields: (t) => ({ id: t.id() }) })

builder.mutationField('cancelExport', (t) =>
  t.field({
    type: ExportPayload,
    description: 'Stops an export of yours that is not done.',
    args: { input: t.arg({ type: CancelExportInput }) },
    resolve: async (_parent, { input: { id } }, context) => {
      const found = await ownExport(context, id)
      if (found === null)
        return refused([inputError('NOT_FOUND', 'There is no such export of yours.', ['input', 'id'])])
      if (await context.services.exports.cancel(id))
        return { id, userErrors: [], mark: null, replayed: found.state === 'CANCELLED', version: null }
      return refused([inputError('WRONG_STATE', 'It is done already.', ['input', 'id'])])
    },
  }),
)
