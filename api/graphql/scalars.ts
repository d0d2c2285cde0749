/** How values outside GraphQL's own scalars are written in JSON. */
import { GraphQLError } from 'graphql'

const wrong = (type: string, value: unknown, expected: string): GraphQLError =>
  new GraphQLError(`${type} cannot be ${JSON.stringify(value)?.slice(0, 80)}: ${expected}.`, {
    extensions: { code: 'BAD_USER_INPUT' },
  })

const decimalText = /^-?\d{1,40}(\.\d{1,40})?$/

/**
 * A number as text, so that no client reads it into 32 bits or a float. It need not be an integer here: what is
 * fractional or beyond the safe range is refused with the path of its field, as a user error.
 */
const toNumber = (value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value === 'string' && decimalText.test(value)) return Number(value)
  throw wrong('BigInt', value, 'write an integer as text, like "1250"')
}

const toText = (type: string, value: unknown, shape: RegExp, expected: string): string => {
  if (typeof value === 'string' && shape.test(value)) return value
  throw wrong(type, value, expected)
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/
const date = /^\d{4}-\d{2}-\d{2}$/

/** Any ISO 8601 instant, as UTC with milliseconds: the one form that the domain knows. */
const toInstant = (value: unknown): string => {
  const text = toText(
    'DateTime',
    value,
    instant,
    'write an ISO 8601 instant, like "2026-03-01T09:30:00.000Z"',
  )
  const time = Date.parse(text)
  // Date.parse takes the 30th of February for the 2nd of March.
  const day = text.slice(0, 10)
  const exists = !Number.isNaN(time) && new Date(`${day}T00:00:00.000Z`).toISOString().startsWith(day)
  if (!exists) throw wrong('DateTime', value, 'there is no such instant')
  return new Date(time).toISOString()
}

const toDate = (value: unknown): string => toText('Date', value, date, 'write a date, like "2026-03-01"')

export const bigIntScalar = {
  description: 'An integer as decimal text. Amounts are minor units of their currency.',
  serialize: (value: unknown): string => {
    if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value)))
      return String(value)
    if (typeof value === 'string' && /^-?\d+$/.test(value)) return value
    throw new TypeError(`${String(value)} is no integer in the safe range.`)
  },
  parseValue: toNumber,
}

const asText = (value: unknown): string => {
  if (typeof value === 'string') return value
  throw new TypeError(`${String(value)} is no text.`)
}

const textScalar = (description: string, parse: (value: unknown) => string) => ({
  description,
  serialize: asText,
  parseValue: parse,
})

export const dateTimeScalar = textScalar(
  'An ISO 8601 instant; answers are in UTC with milliseconds.',
  toInstant,
)
export const dateScalar = textScalar('A calendar date, YYYY-MM-DD, in the zone that its field names.', toDate)
export const decimalScalar = textScalar('A decimal number as text, exact.', (value) =>
  toText('Decimal', value, decimalText, 'write a decimal number as text'),
)
export const currencyScalar = textScalar('An ISO 4217 currency code, like BRL.', (value) => {
  if (typeof value === 'string') return value
  throw wrong('CurrencyCode', value, 'write an ISO 4217 code, like "BRL"')
})
export const jsonScalar = {
  description: 'Plain JSON, as it was recorded.',
  serialize: (value: unknown): unknown => value,
  parseValue: (value: unknown): never => {
    throw wrong('JSON', value, 'it is never an input')
  },
}
