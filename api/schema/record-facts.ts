/**
 * Stating payments and refunds that happened elsewhere. What can be attached to its purchase is; what cannot waits
 * in the intake, with its reason, until a person or its purchase settles it.
 */
import { z } from 'zod'
import { isCurrency } from '../../domain/currency.ts'
import { parkingReasons } from '../../domain/events/purchases.ts'
import { amount, code, purchaseId as purchaseIdShape } from '../../domain/events/shapes.ts'
import { type CommandOf, purchaseCommand } from '../../domain/purchase/commands.ts'
import type { CommandMeta } from '../../eventstore/command.ts'
import type { Stated, StatedFact } from '../../eventstore/stating.ts'
import { purchases } from '../../projections/views/purchase-documents.ts'
import { purchaseList } from '../../projections/views/purchases.ts'
import { reaches } from '../auth/reach.ts'
import { builder } from '../graphql/builder.ts'
import { type CommandInput, defineCommandInput } from '../graphql/command-input.ts'
import { reachIn } from '../graphql/guard.ts'
import type { InputField, ScalarName } from '../graphql/input-node.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { loadAfter } from '../graphql/load.ts'
import { done, type Outcome, PayloadType, refused } from '../graphql/outcome.ts'
import {
  type Asked,
  checkHappened,
  checkTexts,
  keyOf,
  metaOf,
  notThere,
  Unprepared,
} from '../graphql/prepare.ts'
import { errorsOfIssues, inputError, userErrorOf } from '../graphql/user-error.ts'
import { PurchaseType } from './purchase.ts'
import { seesWhole } from './whole-purchase.ts'

interface StatedOutcome extends Outcome {
  /** Null where it was attached. */
  readonly parked: { readonly factId: string; readonly why: (typeof parkingReasons)[number] } | null
}

const ParkedType = builder.objectRef<NonNullable<StatedOutcome['parked']>>('Parked').implement({
  description: 'The fact was taken, and waits in the intake.',
  fields: (t) => ({
    factId: t.exposeID('factId'),
    why: t.field({ type: enumNamed('ParkingReason', parkingReasons), resolve: ({ why }) => why }),
  }),
})

const StatedPayload = builder.objectRef<StatedOutcome>('StatedFactPayload').implement({
  interfaces: [PayloadType],
  fields: (t) => ({
    purchase: t.field({
      type: PurchaseType,
      nullable: true,
      description: 'Null where the fact was parked, and to a caller for a partner.',
      resolve: async (outcome, _args, context) => {
        if (outcome.parked !== null) return null
        const found = await loadAfter(context, purchaseList.name, purchases, outcome)
        return found !== null && seesWhole(context, found.community) ? found : null
      },
    }),
    parked: t.field({ type: ParkedType, nullable: true, resolve: ({ parked }) => parked }),
  }),
})

const clearingShape = z.strictObject({ provider: code, account: code, amount })

const field = (scalar: ScalarName, required: boolean, description: string): InputField => ({
  node: { kind: 'scalar', scalar },
  required,
  emptyByDefault: false,
  description,
})

const reference: Readonly<Record<string, InputField>> = {
  purchaseId: field(
    'ID',
    false,
    'Of the purchase. Without it, the fact waits until somebody finds its purchase.',
  ),
  reference: field('String', false, 'The number that the source gives the purchase.'),
}

const paymentInput = defineCommandInput({
  name: 'recordPayment',
  commands: purchaseCommand,
  type: 'RecordPayment',
  omit: [],
  defaulted: ['captureId'],
  extra: reference,
  key: 'REQUIRED',
})

const refundInput = defineCommandInput({
  name: 'recordRefund',
  commands: purchaseCommand,
  type: 'RecordRefund',
  omit: ['source'],
  defaulted: ['refundId'],
  extra: {
    ...reference,
    currency: field('CurrencyCode', true, 'Of the amounts.'),
    provider: field('String', true, 'Where the money left.'),
    account: field('String', true, 'The account there.'),
    amount: field('BigInt', true, 'What left, in minor units: what is parked, should it not be attached.'),
  },
  key: 'REQUIRED',
})

type Type = 'RecordPayment' | 'RecordRefund'

interface Statement<Of extends Type> {
  readonly name: string
  readonly type: Of
  readonly input: CommandInput
  /** The business key of the purchase that is made of the request's key where it is left out. */
  readonly id: 'captureId' | 'refundId'
  readonly send: (
    asked: Asked,
    fact: StatedFact,
    command: CommandOf<Of>,
    meta: CommandMeta,
  ) => Promise<Stated>
}

const isOf = <Of extends Type>(command: { readonly type: string }, type: Of): command is CommandOf<Of> =>
  command.type === type

/** The purchase that is named, and whose it is; foreign and missing ones are the same to who may not see all. */
const purchaseOf = async ({ input, path, context, reach }: Asked): Promise<string | null> => {
  if (input.purchaseId === undefined || input.purchaseId === null) {
    if (reach.all) return null
    throw notThere('purchase', [...path, 'purchaseId'])
  }
  const parsed = purchaseIdShape.safeParse(input.purchaseId)
  if (!parsed.success)
    throw new Unprepared(errorsOfIssues(parsed.error.issues, () => [...path, 'purchaseId']))
  if (!reach.all) {
    const { handler, model } = context.services
    const { state } = await handler.readFresh(model.purchase, parsed.data)
    if (state.sale === null || !reaches(reach, [state.sale.communityId]))
      throw notThere('purchase', [...path, 'purchaseId'])
  }
  return parsed.data
}

const stateFact = async <Of extends Type>(asked: Asked, statement: Statement<Of>): Promise<StatedOutcome> => {
  const { input, path, context } = asked
  const { services } = context
  checkTexts(asked)
  const key = keyOf(asked, true)
  if (key === null) throw new TypeError(`${statement.name} came without a key.`)
  const id = await purchaseOf(asked)
  const made = services.derive(statement.id.replace(/Id$/, ''), id ?? 'nowhere', ...key.parts)
  const source = key.source
  const added = {
    ...(input[statement.id] == null ? { [statement.id]: made } : {}),
    ...(statement.type === 'RecordRefund' ? { source } : {}),
  }
  const parsed = purchaseCommand.safeParse(statement.input.commandOf(input, added))
  const toInput = (inner: readonly (string | number)[]) => [...path, ...statement.input.pathOf(input, inner)]
  if (!parsed.success) throw new Unprepared(errorsOfIssues(parsed.error.issues, toInput))
  const command = parsed.data
  if (!isOf(command, statement.type)) throw new TypeError(`${statement.name} was parsed as another command.`)
  const { currency } = input
  if (typeof currency !== 'string' || !isCurrency(currency))
    throw new Unprepared([inputError('INVALID', 'There is no such currency.', [...path, 'currency'])])
  const reference = typeof input.reference === 'string' ? input.reference : null
  const at = parsed.data.type === 'RecordPayment' || parsed.data.type === 'RecordRefund' ? parsed.data.at : ''
  checkHappened(at, services.clock.now(), [...path, 'at'])
  const fact: StatedFact = { source, purchase: { id, reference }, currency, at }
  const { key: _, ...sent } = input
  const meta: CommandMeta = {
    ...metaOf(asked, []),
    commandId: services.derive('command', statement.name, id ?? 'nowhere', ...key.parts),
    occurredAt: at,
    payload: { mutation: statement.name, input: sent },
  }
  try {
    const stated = await statement.send(asked, fact, command, meta)
    return stated.kind === 'ATTACHED'
      ? { ...done(services.store, id ?? '', stated.executed), parked: null }
      : {
          ...done(services.store, stated.factId, stated.executed),
          parked: { factId: stated.factId, why: stated.why },
        }
  } catch (error) {
    const known = userErrorOf(error, toInput, currency)
    if (known === undefined) throw error
    return { ...refused([known]), parked: null }
  }
}

const answer = async <Of extends Type>(asked: Asked, statement: Statement<Of>): Promise<StatedOutcome> => {
  try {
    return await stateFact(asked, statement)
  } catch (error) {
    if (error instanceof Unprepared) return { ...refused(error.errors), parked: null }
    throw error
  }
}

const payment: Statement<'RecordPayment'> = {
  name: 'recordPayment',
  type: 'RecordPayment',
  input: paymentInput,
  id: 'captureId',
  send: ({ context }, fact, { type: _, currency: __, at: ___, ...paid }, meta) =>
    context.services.stating.payment(fact, paid, meta),
}

const refund: Statement<'RecordRefund'> = {
  name: 'recordRefund',
  type: 'RecordRefund',
  input: refundInput,
  id: 'refundId',
  send: ({ context, input, path }, fact, { type: _, source: __, at: ___, ...taken }, meta) => {
    const { provider, account, amount } = clearingOf(input, path)
    return context.services.stating.refund(fact, taken, { provider, account, amount }, meta)
  },
}

const clearingOf = (
  { provider, account, amount }: Asked['input'],
  path: Asked['path'],
): { readonly provider: string; readonly account: string; readonly amount: number } => {
  const clearing = clearingShape.safeParse({ provider, account, amount })
  if (clearing.success) return clearing.data
  throw new Unprepared(errorsOfIssues(clearing.error.issues, (inner) => [...path, ...inner.map(String)]))
}

builder.mutationFields((t) => ({
  recordPayment: t.field({
    type: StatedPayload,
    description:
      'States a payment that a provider took. Without a purchase, or past its books, it is parked.',
    args: { input: t.arg({ type: paymentInput.ref }) },
    resolve: (_parent, { input }, context, info) =>
      answer({ input, path: ['input'], context, reach: reachIn(context, info) }, payment),
  }),
  recordRefund: t.field({
    type: StatedPayload,
    description: 'States a refund that happened elsewhere. What is more than was paid is parked.',
    args: { input: t.arg({ type: refundInput.ref }) },
    resolve: (_parent, { input }, context, info) =>
      answer({ input, path: ['input'], context, reach: reachIn(context, info) }, refund),
  }),
}))
