/** Money in answers: an integer of minor units, never a float. */
import { type CurrencyCode, isCurrency } from '../../domain/currency.ts'
import { formatAmount } from '../../domain/money.ts'
import { builder } from './builder.ts'

export interface Money {
  /** A safe integer of minor units. */
  readonly minor: number
  readonly currency: CurrencyCode
}

/** @throws {TypeError} where the code is no currency's: what was recorded always is one */
export const moneyOf = (minor: number, currency: string): Money => {
  if (!isCurrency(currency)) throw new TypeError(`${currency} is no currency.`)
  return { minor, currency }
}

export const MoneyType = builder.objectRef<Money>('Money').implement({
  description: 'An amount. Add up `minor`; show `decimal`.',
  fields: (t) => ({
    minor: t.field({
      type: 'BigInt',
      description: 'Minor units, as an integer in text.',
      resolve: ({ minor }) => minor,
    }),
    currency: t.field({ type: 'CurrencyCode', resolve: ({ currency }) => currency }),
    decimal: t.field({
      type: 'Decimal',
      description: 'The same with all decimals of the currency: "12.50".',
      resolve: ({ minor, currency }) => formatAmount(minor, currency),
    }),
  }),
})
