/** The interface UserError and its members. */
import { builder } from './builder.ts'
import { errorCodes } from './error-code.ts'
import { MoneyType } from './money.ts'
import type { UserError } from './user-error.ts'

const ErrorCodeType = builder.enumType('ErrorCode', {
  description: 'What a program can tell apart. Codes are added, never changed.',
  values: Object.fromEntries(
    Object.entries(errorCodes).map(([code, description]) => [code, { description }]),
  ),
})

const typeNames = { INPUT: 'InputError', CONFLICT: 'ConflictError', LIMIT: 'LimitError' } as const

export const UserErrorType = builder.interfaceRef<UserError>('UserError').implement({
  description: 'Why a mutation, or a part of it, did not happen.',
  resolveType: ({ kind }) => typeNames[kind],
  fields: (t) => ({
    code: t.field({ type: ErrorCodeType, resolve: ({ code }) => code }),
    message: t.exposeString('message', { description: 'For people: what is wrong, and what to do.' }),
    path: t.field({
      type: ['String'],
      nullable: true,
      description: 'Into the arguments: ["input", "lines", "0", "quantity"]. Null: it is about no one place.',
      resolve: ({ path }) => path,
    }),
  }),
})

builder.objectRef<Extract<UserError, { kind: 'INPUT' }>>('InputError').implement({
  interfaces: [UserErrorType],
  description: 'The input, or the state of things, does not allow it.',
  fields: () => ({}),
})

builder.objectRef<Extract<UserError, { kind: 'CONFLICT' }>>('ConflictError').implement({
  interfaces: [UserErrorType],
  description: 'What you saw is not what there is.',
  fields: (t) => ({
    expected: t.exposeInt('expected', { nullable: true, description: 'The version that you named.' }),
    actual: t.exposeInt('actual', { nullable: true, description: 'The version that there is.' }),
  }),
})

builder.objectRef<Extract<UserError, { kind: 'LIMIT' }>>('LimitError').implement({
  interfaces: [UserErrorType],
  description: 'More was asked for than there is.',
  fields: (t) => ({
    available: t.field({ type: MoneyType, nullable: true, resolve: ({ available }) => available }),
  }),
})
