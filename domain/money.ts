/**
 * Money is a safe integer of a currency's minor units. Nothing here passes a float: text is read digit by digit,
 * and whatever could leave the safe range is worked out in BigInt.
 */
import { type CurrencyCode, minorUnits } from './currency.ts'
import { Rejection } from './decider.ts'

const decimalText = /^(-?)(\d{1,30})(?:\.(\d{1,10}))?$/

const outOfRange = (path: readonly string[]): Rejection =>
  new Rejection(
    'AMOUNT_OUT_OF_RANGE',
    `The amount is beyond ${Number.MAX_SAFE_INTEGER} minor units. Split it, or check its unit.`,
    path,
  )

const safe = (minor: bigint, path: readonly string[]): number => {
  const amount = Number(minor)
  if (!Number.isSafeInteger(amount)) throw outOfRange(path)
  return amount
}

/**
 * Decimal text as minor units, exactly: `-12.5` of BRL is -1250. Digits with an optional minus ahead and an optional
 * point within; no blanks, signs of thousands or exponents, and no more decimals than the currency has.
 * @throws {Rejection} INVALID | AMOUNT_OUT_OF_RANGE
 */
export const parseAmount = (text: string, currency: CurrencyCode, path: readonly string[] = []): number => {
  const decimals = minorUnits[currency]
  const [, sign = '', whole = '', fraction = ''] = decimalText.exec(text) ?? []
  if (whole === '')
    throw new Rejection('INVALID', `"${text.slice(0, 40)}" is no amount. Write it like 1234.50.`, path)
  if (fraction.length > decimals)
    throw new Rejection('INVALID', `"${text}" has more decimals than the ${decimals} of ${currency}.`, path)
  return safe(BigInt(`${sign}${whole}${fraction.padEnd(decimals, '0')}`), path)
}

/** Minor units (a safe integer) as decimal text with all decimals of the currency: -5 of BRL is `-0.05`. */
export const formatAmount = (minor: number, currency: CurrencyCode): string => {
  const decimals = minorUnits[currency]
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0')
  const sign = minor < 0 ? '-' : ''
  if (decimals === 0) return `${sign}${digits}`
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/**
 * The sum, whatever the order: only the result has to be in the safe range.
 * @throws {Rejection} AMOUNT_OUT_OF_RANGE
 */
export const sumOf = (amounts: Iterable<number>, path: readonly string[] = []): number => {
  let whole = 0n
  let running = 0
  for (const amount of amounts) {
    const next = running + amount
    if (Number.isSafeInteger(next)) running = next
    else {
      whole += BigInt(running) + BigInt(amount)
      running = 0
    }
  }
  return whole === 0n ? running : safe(whole + BigInt(running), path)
}

/** @throws {Rejection} AMOUNT_OUT_OF_RANGE */
export const times = (minor: number, quantity: number, path: readonly string[] = []): number => {
  const product = minor * quantity
  if (!Number.isSafeInteger(product)) throw outOfRange(path)
  return product
}
