import { describe, expect, it } from 'vitest'
import { bigIntScalar, dateScalar, dateTimeScalar, decimalScalar } from './scalars.ts'

describe('BigInt', () => {
  it.each([
    ['1250', 1_250],
    ['-5', -5],
    [7, 7],
    // What is no integer, or not safe, is for the schema of the command to refuse, with its place.
    ['1.5', 1.5],
    ['9007199254740993', 9_007_199_254_740_992],
  ])('takes %s', (given, taken) => {
    expect(bigIntScalar.parseValue(given)).toBe(taken)
  })

  it.each([['x'], [''], ['1e3'], ['0x10'], [' 1'], [1.5], [2 ** 53], [true], [null], [{}]])(
    'refuses %s',
    (given) => {
      expect(() => bigIntScalar.parseValue(given)).toThrow(/BigInt/)
    },
  )

  it('answers text, and never a number that was rounded', () => {
    expect(bigIntScalar.serialize(1_250)).toBe('1250')
    expect(bigIntScalar.serialize(9_007_199_254_740_993n)).toBe('9007199254740993')
    expect(() => bigIntScalar.serialize(2 ** 53)).toThrow(/safe range/)
  })
})

describe('DateTime', () => {
  it.each([
    ['2026-03-01T09:30:00.000Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30:00Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30:00-03:00', '2026-03-01T12:30:00.000Z'],
  ])('takes %s as UTC with milliseconds', (given, taken) => {
    expect(dateTimeScalar.parseValue(given)).toBe(taken)
  })

  it.each([['2026-03-01'], ['2026-03-01T09:30:00'], ['2026-13-01T00:00:00Z'], ['yesterday'], [0]])(
    'refuses %s',
    (given) => {
      expect(() => dateTimeScalar.parseValue(given)).toThrow(/DateTime/)
    },
  )
})

it('Date and Decimal take their own form alone', () => {
  expect(dateScalar.parseValue('2026-03-01')).toBe('2026-03-01')
  expect(() => dateScalar.parseValue('01/03/2026')).toThrow(/Date/)
  expect(decimalScalar.parseValue('-12.50')).toBe('-12.50')
  expect(() => decimalScalar.parseValue('12,50')).toThrow(/Decimal/)
})
