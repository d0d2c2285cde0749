/** Many stated sales in one request: each for itself, or all or none. */

import type { Reach } from '../auth/reach.ts'
import { builder } from '../graphql/builder.ts'
import { outcomeOf } from '../graphql/command-mutation.ts'
import type { Input } from '../graphql/command-spec.ts'
import type { ApiContext } from '../graphql/context.ts'
import { UserErrorType } from '../graphql/error-types.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { type Outcome, refused } from '../graphql/outcome.ts'
import { type PositionMark, writePosition } from '../graphql/position-token.ts'
import { type Prepared, Unprepared } from '../graphql/prepare.ts'
import { inputError, type UserError } from '../graphql/user-error.ts'
import { PurchasePayload, recordPurchase } from './purchase-mutations.ts'

/** Most rows of one request. */
const mostRows = 250

interface Rows {
  readonly rows: readonly Outcome[]
  readonly userErrors: readonly UserError[]
}

const RowPolicyType = enumNamed('RowPolicy', ['PARTIAL', 'REJECT_ALL'])

const RecordPurchasesInput = builder.inputType('RecordPurchasesInput', {
  fields: (t) => ({
    rows: t.field({
      type: [recordPurchase.input.ref],
      description: `At most ${mostRows}. Each has a key of its own, and answers for itself.`,
    }),
    onError: t.field({
      type: RowPolicyType,
      description:
        'PARTIAL: takes what can be taken. REJECT_ALL: decides all rows first, and takes none if one is refused.',
    }),
  }),
})

const RecordPurchasesPayload = builder.objectRef<Rows & { readonly position: string | null }>(
  'RecordPurchasesPayload',
)

/** A row that may be given, or why not. */
type Row =
  | { readonly prepared: Prepared; readonly outcome: null }
  | { readonly prepared: null; readonly outcome: Outcome }

const prepareRow = async (input: Input, index: number, context: ApiContext, reach: Reach): Promise<Row> => {
  try {
    const path = ['input', 'rows', String(index)]
    return { prepared: await recordPurchase.prepare({ input, path, context, reach }), outcome: null }
  } catch (error) {
    if (error instanceof Unprepared) return { prepared: null, outcome: refused(error.errors) }
    throw error
  }
}

/** The row with what deciding it, without writing, came to. */
const rehearse = async (row: Row): Promise<Row> => {
  if (row.prepared === null) return row
  try {
    await row.prepared.rehearse()
    return row
  } catch (error) {
    const known = row.prepared.errorOf(error)
    if (known === undefined) throw error
    return { prepared: null, outcome: refused([known]) }
  }
}

const bystander = (index: number): Outcome =>
  refused([
    inputError('ANOTHER_ROW_REFUSED', 'Nothing was recorded, since another row was refused.', [
      'input',
      'rows',
      String(index),
    ]),
  ])

/** Two rows under one key with different contents: the later one would be refused once the first is written. */
const refuseReused = (rows: readonly Row[]): readonly Row[] => {
  const contents = new Map<string, string>()
  return rows.map((row, index) => {
    if (row.prepared === null) return row
    const { id } = row.prepared
    const content = row.prepared.content()
    const before = contents.get(id)
    if (before === undefined) contents.set(id, content)
    if (before === undefined || before === content) return row
    const message = 'An earlier row has this key, and says something else. Give each sale a key of its own.'
    const error = inputError('KEY_REUSED', message, ['input', 'rows', String(index), 'key'])
    return { prepared: null, outcome: refused([error]) }
  })
}

const recordRows = async (
  inputs: readonly Input[],
  allOrNone: boolean,
  context: ApiContext,
  reach: Reach,
): Promise<readonly Outcome[]> => {
  let rows: readonly Row[] = await Promise.all(
    inputs.map((input, index) => prepareRow(input, index, context, reach)),
  )
  if (allOrNone) {
    rows = refuseReused(rows)
    if (rows.every(({ prepared }) => prepared !== null)) rows = await Promise.all(rows.map(rehearse))
    if (rows.some(({ prepared }) => prepared === null))
      return rows.map(({ outcome }, index) => outcome ?? bystander(index))
  }
  return await Promise.all(
    rows.map(({ prepared, outcome }) => (prepared === null ? outcome : outcomeOf(prepared, context))),
  )
}

/** The furthest of the rows: what has seen it has seen them all. */
const furthest = (rows: readonly Outcome[], { services: { store } }: ApiContext): PositionMark | null =>
  rows.reduce<PositionMark | null>(
    (last, { mark }) =>
      last === null || (mark !== null && store.comparePositions(mark.position, last.position) > 0)
        ? mark
        : last,
    null,
  )

RecordPurchasesPayload.implement({
  description: 'What became of each row, in their order.',
  fields: (t) => ({
    rows: t.field({ type: [PurchasePayload], resolve: ({ rows }) => [...rows] }),
    accepted: t.int({ resolve: ({ rows }) => rows.filter(({ id }) => id !== null).length }),
    rejected: t.int({ resolve: ({ rows }) => rows.filter(({ id }) => id === null).length }),
    position: t.exposeString('position', {
      nullable: true,
      description:
        'Of the last that was recorded. Give it to queries as `minPosition`, and they will have seen all.',
    }),
    userErrors: t.field({
      type: [UserErrorType],
      description: 'About the request as a whole; rows have errors of their own.',
      resolve: ({ userErrors }) => [...userErrors],
    }),
  }),
})

builder.mutationField('recordPurchases', (t) =>
  t.field({
    type: RecordPurchasesPayload,
    description: `States up to ${mostRows} sales that happened elsewhere.`,
    args: { input: t.arg({ type: RecordPurchasesInput }) },
    extensions: { cost: { points: 10, rows: ['input', 'rows'], pointsPerRow: 3 } },
    resolve: async (_parent, { input }, context, info) => {
      if (input.rows.length > mostRows) {
        const message = `There are ${input.rows.length} rows; at most ${mostRows} fit one request. Send the rest in another.`
        return { rows: [], userErrors: [inputError('INVALID', message, ['input', 'rows'])], position: null }
      }
      const reach = reachIn(context, info)
      const rows = await recordRows(input.rows, input.onError === 'REJECT_ALL', context, reach)
      const mark = furthest(rows, context)
      return { rows, userErrors: [], position: mark === null ? null : writePosition(mark) }
    },
  }),
)
