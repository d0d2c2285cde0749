import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusal } from '../tests/support/world.ts'
import { businessDate, isZone } from './business-date.ts'

const zones = [
  'UTC',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Asia/Shanghai',
  'Australia/Lord_Howe',
  'Europe/Berlin',
  'Pacific/Apia',
  'Pacific/Kiritimati',
]

/** Asked of the platform for each instant anew, without any arithmetic of ours. */
const slowly = (instant: string, zone: string): string =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(new Date(instant))

describe('the business date is the day that an instant has in the zone', () => {
  it.each([
    ['2018-07-01T02:59:59.999Z', 'America/Sao_Paulo', '2018-06-30'],
    ['2018-07-01T03:00:00.000Z', 'America/Sao_Paulo', '2018-07-01'],
    ['2026-03-01T15:59:59.999Z', 'Asia/Shanghai', '2026-03-01'],
    ['2026-03-01T16:00:00.000Z', 'Asia/Shanghai', '2026-03-02'],
    ['2026-01-01T00:00:00.000Z', 'UTC', '2026-01-01'],
    ['2024-02-28T18:15:00.000Z', 'Asia/Kathmandu', '2024-02-29'],
  ])('%s in %s is %s', (instant, zone, date) => {
    expect(businessDate(instant, zone)).toBe(date)
  })

  it('is exact where summer time begins at midnight: the day has no first hour', () => {
    expect(businessDate('2018-11-04T02:59:59.999Z', 'America/Sao_Paulo')).toBe('2018-11-03')
    expect(businessDate('2018-11-04T03:00:00.000Z', 'America/Sao_Paulo')).toBe('2018-11-04')
  })

  it('is exact where the clocks went back a minute after midnight: the day before came again', () => {
    expect(businessDate('2010-11-07T02:30:30.000Z', 'America/St_Johns')).toBe('2010-11-07')
    expect(businessDate('2010-11-07T02:31:00.000Z', 'America/St_Johns')).toBe('2010-11-06')
    expect(businessDate('2010-11-07T03:30:00.000Z', 'America/St_Johns')).toBe('2010-11-07')
  })

  it('skips the day that a zone skipped', () => {
    expect(businessDate('2011-12-30T09:59:59.999Z', 'Pacific/Apia')).toBe('2011-12-29')
    expect(businessDate('2011-12-30T10:00:00.000Z', 'Pacific/Apia')).toBe('2011-12-31')
  })

  it('agrees with the platform at any instant since 1900', () => {
    const since = { min: new Date('1900-01-01T00:00:00.000Z'), max: new Date('2100-01-01T00:00:00.000Z') }
    fc.assert(
      fc.property(fc.date({ ...since, noInvalidDate: true }), fc.constantFrom(...zones), (date, zone) => {
        const instant = date.toISOString()
        expect(businessDate(instant, zone)).toBe(slowly(instant, zone))
      }),
      { numRuns: 500 },
    )
  })

  it('gives the same answer after many other hours were asked for', () => {
    const first = businessDate('2018-11-04T02:59:59.999Z', 'America/Sao_Paulo')
    for (let hour = 0; hour < 25_000; hour += 1)
      businessDate(new Date(Date.UTC(2020, 0, 1, hour)).toISOString(), 'America/Sao_Paulo')
    expect(businessDate('2018-11-04T02:59:59.999Z', 'America/Sao_Paulo')).toBe(first)
  })
})

describe('a zone', () => {
  it.each(['Europe/Berlin', 'America/Argentina/Buenos_Aires', 'UTC', 'Etc/GMT+3'])('may be %s', (zone) => {
    expect(isZone(zone)).toBe(true)
  })

  it.each(['', 'europe/berlin', 'Mars/Olympus', '+03:00', '03:00', 'Europe/Berlin ', 'Europe\u0000'])(
    'may not be %j',
    (zone) => {
      expect(isZone(zone)).toBe(false)
      expect(() => businessDate('2026-01-01T00:00:00.000Z', zone)).toThrow(
        expect.objectContaining(refusal('INVALID')),
      )
    },
  )
})

it.each(['yesterday', '', '9999-12-31T23:00:00.000Z'])('no date is made of %j', (instant) => {
  expect(() => businessDate(instant, 'Pacific/Kiritimati')).toThrow(
    expect.objectContaining(refusal('INVALID')),
  )
})

it('is another date in another zone, or at another instant, asked in any order', () => {
  const at = '2026-01-01T23:30:00.000Z'
  const asked = ['UTC', 'Asia/Shanghai', 'UTC', 'UTC'].map((zone) => businessDate(at, zone))
  expect(asked).toEqual(['2026-01-01', '2026-01-02', '2026-01-01', '2026-01-01'])
  expect(businessDate('2026-01-03T00:00:00.000Z', 'UTC')).toBe('2026-01-03')
  expect(() => businessDate('', '')).toThrow(expect.objectContaining(refusal('INVALID')))
})
