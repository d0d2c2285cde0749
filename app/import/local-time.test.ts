import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { businessDate } from '../../domain/business-date.ts'
import { localTimes } from './local-time.ts'

const zone = 'America/Sao_Paulo'
const instantOf = localTimes(zone)

describe('wall-clock times of São Paulo', () => {
  it.each([
    ['2017-07-01 12:00:00', '2017-07-01T15:00:00.000Z', 'winter'],
    ['2018-01-31 23:59:59', '2018-02-01T01:59:59.000Z', 'summer time'],
    ['2020-01-31 12:00:00', '2020-01-31T15:00:00.000Z', 'summer time no more'],
    ['2017-10-14 23:59:59', '2017-10-15T02:59:59.000Z', 'the last second before the clocks go forward'],
    ['2017-10-15 00:30:00', '2017-10-15T03:30:00.000Z', 'a time that was skipped'],
    ['2017-10-15 01:00:00', '2017-10-15T03:00:00.000Z', 'the first second after'],
    ['2018-02-17 22:59:59', '2018-02-18T00:59:59.000Z', 'before the hour that was there twice'],
    ['2018-02-17 23:30:00', '2018-02-18T01:30:00.000Z', 'a time that was there twice'],
    ['2018-02-18 00:00:00', '2018-02-18T03:00:00.000Z', 'after the clocks went back'],
  ])('%s is %s: %s', (text, instant) => {
    expect(instantOf(text)).toBe(instant)
  })

  it.each([
    '',
    '2017-02-30 10:00:00',
    '2017-13-01 10:00:00',
    '2017-01-01 24:00:01',
    '2017-01-01T10:00:00',
    '2017-01-01',
  ])('"%s" is no time', (text) => {
    expect(instantOf(text)).toBeNull()
  })

  it('keep their date, whatever the clocks do', () => {
    const seconds = fc.integer({ min: Date.UTC(2016, 0) / 1_000, max: Date.UTC(2021, 0) / 1_000 })
    fc.assert(
      fc.property(seconds, (at) => {
        const text = new Date(at * 1_000).toISOString().slice(0, 19).replace('T', ' ')
        expect(businessDate(instantOf(text) ?? '', zone)).toBe(text.slice(0, 10))
      }),
    )
  })
})
