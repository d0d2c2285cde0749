/** Why a mutation did not happen, as plain data: made from whatever the layers below throw. */
import type { z } from 'zod'
import { type CurrencyCode, isCurrency } from '../../domain/currency.ts'
import { Rejection, unreachable } from '../../domain/decider.ts'
import {
  ExpectedRevisionConflict,
  HandlerClosed,
  Overloaded,
  TooMuchContention,
} from '../../eventstore/command.ts'
import { AppendTooLarge, OutcomeUnknown, StoreUnavailable } from '../../eventstore/port.ts'
import { codeOfRejection, type ErrorCode } from './error-code.ts'
import { logAway } from './request-error.ts'

interface Common {
  readonly code: ErrorCode
  readonly message: string
  /** Into the arguments of the field: `['input', 'lines', '0', 'quantity']`. Null: it is about no one place. */
  readonly path: readonly string[] | null
}

export type UserError =
  | (Common & { readonly kind: 'INPUT' })
  | (Common & { readonly kind: 'CONFLICT'; readonly expected: number | null; readonly actual: number | null })
  | (Common & {
      readonly kind: 'LIMIT'
      readonly available: { readonly minor: number; readonly currency: CurrencyCode } | null
    })

export const inputError = (
  code: ErrorCode,
  message: string,
  path: readonly string[] | null = null,
): UserError => ({ kind: 'INPUT', code, message, path })

/** Finds the place in the input that a command's path names. */
export type ToInputPath = (path: readonly (string | number)[]) => readonly string[]

const pathOf = (path: readonly PropertyKey[], toInput: ToInputPath): readonly string[] =>
  toInput(path.map((key) => (typeof key === 'number' ? key : String(key))))

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

const isNumeric = (origin: string): boolean => origin === 'number' || origin === 'int'

const tooSmall = ({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string => {
  if (isNumeric(origin))
    return inclusive === false
      ? `This has to be a number above ${minimum}.`
      : `This has to be a whole number from ${minimum} on.`
  if (Number(minimum) === 1) return 'This must not be empty.'
  return origin === 'string'
    ? `This is too short: at least ${minimum} characters are needed.`
    : `There are too few: at least ${minimum} are needed.`
}

const tooBig = ({ origin, maximum, inclusive }: z.core.$ZodIssueTooBig): string => {
  if (isNumeric(origin))
    return inclusive === false
      ? `This has to be a number below ${maximum}.`
      : `This has to be a whole number of at most ${maximum}.`
  return origin === 'string'
    ? `This is too long: at most ${maximum} characters are taken.`
    : `There are too many: at most ${maximum} are taken.`
}

const kinds: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const formats: Readonly<Record<string, string>> = {
  datetime: 'This has to be an instant such as 2026-01-31T09:00:00.000Z.',
  date: 'This has to be a day such as 2026-01-31.',
  email: 'This has to be an address for mail, such as ana@example.org.',
  url: 'This has to be an address on the web, which begins with https:// or http://.',
}

const noneOf = (values: readonly unknown[]): string => {
  // Long lists of what would have been allowed help nobody.
  if (values.length > 12) return 'This is none of the known codes.'
  return values.length === 1
    ? `This has to be ${String(values[0])}.`
    : `This has to be one of ${values.map(String).join(', ')}.`
}

/** What the schema says itself; zod's own words where it says nothing are for programmers. */
const ownWords = (message: string): string =>
  message.startsWith('Invalid ') ? 'This is not what is expected here.' : sentence(message)

const messageOf = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'too_small':
      return tooSmall(issue)
    case 'too_big':
      return tooBig(issue)
    case 'invalid_type':
      return `This has to be ${kinds[issue.expected] ?? 'of another type'}.`
    case 'invalid_value':
      return noneOf(issue.values)
    case 'invalid_format': {
      const prefix = /^\/\^([a-z]+)_\[0-7\]/.exec(issue.pattern ?? '')?.[1]
      if (issue.format === 'regex' && prefix !== undefined)
        return `This is no id of a ${prefix}: those look like ${prefix}_01h455vb4pex5vsknk084sn02q.`
      return formats[issue.format] ?? 'This does not have the form that is expected here.'
    }
    case 'not_multiple_of':
      return `This has to be a multiple of ${issue.divisor}.`
    case 'unrecognized_keys':
      return `Nothing is known here by the name of ${issue.keys.join(', ')}.`
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
      return 'This is none of the forms that are expected here.'
    case 'custom':
      return ownWords(issue.message)
    default:
      return unreachable(issue)
  }
}

const codeOf = (issue: z.core.$ZodIssue): ErrorCode => {
  if ((issue.code === 'too_small' || issue.code === 'too_big') && isNumeric(issue.origin))
    return 'AMOUNT_OUT_OF_RANGE'
  if (issue.code === 'invalid_type' && issue.expected === 'int') return 'AMOUNT_OUT_OF_RANGE'
  return 'INVALID'
}

/** Unions answer with the issues of each form; those of the form that went furthest, with least against it, say most. */
const flatten = (issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] => {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue]
  const deepest =
    issue.errors.toSorted(
      (a, b) => (b[0]?.path.length ?? 0) - (a[0]?.path.length ?? 0) || a.length - b.length,
    )[0] ?? []
  if ((deepest[0]?.path.length ?? 0) === 0) return [issue]
  return deepest.flatMap((inner) => flatten({ ...inner, path: [...issue.path, ...inner.path] }))
}

/** What a schema has against a command, place by place. */
export const errorsOfIssues = (
  issues: readonly z.core.$ZodIssue[],
  toInput: ToInputPath,
): readonly UserError[] =>
  issues
    .flatMap(flatten)
    .map((issue) => inputError(codeOf(issue), messageOf(issue), pathOf(issue.path, toInput)))

const numberAt = (details: Rejection['details'], key: string): number | null => {
  const value = details[key]
  return typeof value === 'number' ? value : null
}

const errorOfRejection = (rejection: Rejection, toInput: ToInputPath, currency: string | null): UserError => {
  const { message, details } = rejection
  const code = codeOfRejection[rejection.code]
  const path = rejection.path.length === 0 ? null : pathOf(rejection.path, toInput)
  if (code === 'REFUND_EXCEEDS_PAID' || code === 'AMOUNT_OUT_OF_RANGE') {
    const minor = numberAt(details, 'available')
    const unit = typeof details.currency === 'string' ? details.currency : currency
    const available = minor === null || unit === null || !isCurrency(unit) ? null : { minor, currency: unit }
    return { kind: 'LIMIT', code, message, path, available }
  }
  if (code === 'CONFLICT' || code === 'VERSION_CHANGED')
    return {
      kind: 'CONFLICT',
      code,
      message,
      path,
      expected: numberAt(details, 'expected'),
      actual: numberAt(details, 'actual'),
    }
  return { kind: 'INPUT', code, message, path }
}

/**
 * The user error that says what was thrown; undefined for what nobody expected. `currency` is the one that amounts
 * of a rejection are in. Versions are revisions plus one: the count of a stream's events.
 */
export const userErrorOf = (
  error: unknown,
  toInput: ToInputPath,
  currency: string | null = null,
): UserError | undefined => {
  if (error instanceof Rejection) return errorOfRejection(error, toInput, currency)
  if (error instanceof ExpectedRevisionConflict)
    return {
      kind: 'CONFLICT',
      code: 'STALE',
      message: `This is at version ${error.actual + 1}, not at ${error.expected + 1} as you saw it. Look at it again.`,
      path: ['input', 'expectedVersion'],
      expected: error.expected + 1,
      actual: error.actual + 1,
    }
  if (error instanceof TooMuchContention) return inputError('CONFLICT', error.message)
  if (error instanceof OutcomeUnknown) return inputError('OUTCOME_UNKNOWN', error.message)
  if (error instanceof AppendTooLarge)
    return inputError('INVALID', 'This is too large to be recorded at once. Split it.')
  if (error instanceof Overloaded || error instanceof HandlerClosed)
    return inputError('UNAVAILABLE', error.message)
  if (error instanceof StoreUnavailable) return inputError('UNAVAILABLE', logAway().message)
  return undefined
}
