import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusal } from '../tests/support/world.ts'
import { currencyCodes, isCurrency, minorUnits } from './currency.ts'
import { formatAmount, parseAmount, sumOf, times } from './money.ts'

const thrown = (run: () => unknown): unknown => {
  try {
    run()
  } catch (error) {
    return error
  }
  return 'nothing was thrown'
}

describe('decimal text becomes minor units exactly', () => {
  it.each([
    ['1234.50', 'BRL', 123_450],
    ['12.5', 'BRL', 1_250],
    ['12', 'BRL', 1_200],
    ['-0.05', 'EUR', -5],
    ['-0', 'EUR', 0],
    ['007.10', 'EUR', 710],
    ['500', 'JPY', 500],
    ['1.234', 'KWD', 1_234],
    ['0.0001', 'CLF', 1],
    ['8.29', 'EUR', 829],
    ['90071992547409.91', 'EUR', Number.MAX_SAFE_INTEGER],
    ['-90071992547409.91', 'EUR', -Number.MAX_SAFE_INTEGER],
  ] as const)('%s %s is %d', (text, currency, minor) => {
    expect(parseAmount(text, currency)).toBe(minor)
  })

  it.each([
    ['', 'nothing'],
    [' 1', 'a blank'],
    ['1 ', 'a blank behind'],
    ['1,5', 'a comma'],
    ['1,000.00', 'signs of thousands'],
    ["1'000", 'signs of thousands'],
    ['1e3', 'an exponent'],
    ['+1', 'a plus'],
    ['--1', 'two signs'],
    ['.5', 'no digit ahead of the point'],
    ['5.', 'no digit behind the point'],
    ['1.2.3', 'two points'],
    ['0x10', 'hexadecimal'],
    ['NaN', 'no number'],
    ['Infinity', 'no end'],
    ['１２', 'other digits than ASCII'],
    ['1.230', 'more decimals than the currency has'],
    [`${'9'.repeat(31)}`, 'endless digits'],
  ])('%j is refused: %s', (text) => {
    expect(thrown(() => parseAmount(text, 'BRL', ['lines', '0', 'amount']))).toMatchObject(
      refusal('INVALID', 'lines', '0', 'amount'),
    )
  })

  it('refuses a fraction of a currency that has none', () => {
    expect(thrown(() => parseAmount('500.0', 'JPY'))).toMatchObject(refusal('INVALID'))
  })

  it.each(['90071992547409.92', '-90071992547409.92', '999999999999999999999'])(
    '%s is beyond the safe range',
    (text) => {
      expect(thrown(() => parseAmount(text, 'EUR', ['amount']))).toMatchObject(
        refusal('AMOUNT_OUT_OF_RANGE', 'amount'),
      )
    },
  )
})

describe('minor units become decimal text', () => {
  it.each([
    [123_450, 'BRL', '1234.50'],
    [-5, 'BRL', '-0.05'],
    [0, 'BRL', '0.00'],
    [500, 'JPY', '500'],
    [-1, 'JPY', '-1'],
    [1, 'KWD', '0.001'],
    [Number.MAX_SAFE_INTEGER, 'EUR', '90071992547409.91'],
  ] as const)('%d %s is %s', (minor, currency, text) => {
    expect(formatAmount(minor, currency)).toBe(text)
  })

  it('and back, in every currency', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom(...currencyCodes), (minor, currency) => {
        expect(parseAmount(formatAmount(minor, currency), currency)).toBe(minor)
      }),
    )
  })
})

describe('sums', () => {
  it('are in range where only their way there is not', () => {
    const most = Number.MAX_SAFE_INTEGER
    expect(sumOf([most, most, -most, -most, 7])).toBe(7)
    expect(sumOf([])).toBe(0)
  })

  it('refuse a result beyond the safe range', () => {
    expect(thrown(() => sumOf([Number.MAX_SAFE_INTEGER, 1]))).toMatchObject(refusal('AMOUNT_OUT_OF_RANGE'))
    expect(thrown(() => sumOf([-Number.MAX_SAFE_INTEGER, -1]))).toMatchObject(refusal('AMOUNT_OUT_OF_RANGE'))
  })

  it('are exact, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 20 }), (amounts) => {
        const exact = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n)
        const isSafe = Number.isSafeInteger(Number(exact))
        const summed = thrown(() => expect(BigInt(sumOf(amounts))).toBe(exact))
        if (isSafe) expect(summed).toBe('nothing was thrown')
        else expect(summed).toMatchObject(refusal('AMOUNT_OUT_OF_RANGE'))
      }),
    )
  })

  it('of a unit price and a quantity, are checked too', () => {
    expect(times(1_999, 3)).toBe(5_997)
    expect(thrown(() => times(Number.MAX_SAFE_INTEGER, 2, ['quantity']))).toMatchObject(
      refusal('AMOUNT_OUT_OF_RANGE', 'quantity'),
    )
  })
})

describe('the pinned table of currencies', () => {
  it('has ISO codes of three letters with zero to four decimals, in order, each once', () => {
    expect(currencyCodes).toEqual([...currencyCodes].sort())
    expect(currencyCodes).toHaveLength(Object.keys(minorUnits).length)
    for (const code of currencyCodes) {
      expect(code).toMatch(/^[A-Z]{3}$/)
      expect([0, 2, 3, 4]).toContain(minorUnits[code])
    }
  })

  it('keeps the decimals that locale data gets wrong', () => {
    expect([minorUnits.HUF, minorUnits.IDR, minorUnits.COP, minorUnits.PKR]).toEqual([2, 2, 2, 2])
  })

  it('knows a code from what only looks like a property', () => {
    expect(isCurrency('BRL')).toBe(true)
    expect(isCurrency('toString')).toBe(false)
    expect(isCurrency('brl')).toBe(false)
  })
})
