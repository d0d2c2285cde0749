/** Which day it is for the books: the calendar date of an instant in a business zone (IANA). */
import { Rejection } from './decider.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Hours remembered per zone: two years of them. Beyond, a zone starts anew. */
const mostHours = 20_000

interface Zone {
  readonly offsetAt: (ms: number) => number
  /** By UTC hour: the zone's offset in milliseconds, or null where it changes within the hour. */
  readonly hours: Map<number, number | null>
}

const zones = new Map<string, Zone>()

/** Named zones only: an offset like `+03:00` is no place, and knows no summer time. */
const zoneName = /^[A-Za-z][A-Za-z0-9_+/-]*$/

/**
 * The one use of `Intl` in the domain: given an instant and a zone by name it is a pure function of both and of
 * the time zone data, read in a fixed locale.
 */
const formatOf = (name: string): Intl.DateTimeFormat | null => {
  if (!zoneName.test(name)) return null
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return null
  }
}

/** Offset of the zone's clocks from UTC, to the second. */
const offsetOf = (format: Intl.DateTimeFormat, ms: number): number => {
  const second = Math.floor(ms / 1_000) * 1_000
  const parts = new Map(format.formatToParts(second).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type))
  const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year')
  const local = new Date(0)
  local.setUTCFullYear(year, part('month') - 1, part('day'))
  local.setUTCHours(part('hour'), part('minute'), part('second'))
  return local.getTime() - second
}

const zoneOf = (name: string): Zone | null => {
  const known = zones.get(name)
  if (known !== undefined) return known
  const format = formatOf(name)
  if (format === null) return null
  const zone: Zone = { offsetAt: (ms) => offsetOf(format, ms), hours: new Map() }
  zones.set(name, zone)
  return zone
}

/** Whether this names a time zone of the IANA data. */
export const isZone = (name: string): boolean => zoneOf(name) !== null

const hourOffset = ({ hours, offsetAt }: Zone, hour: number): number | null => {
  const known = hours.get(hour)
  if (known !== undefined) return known
  const first = offsetAt(hour * hourMs)
  const offset = first === offsetAt((hour + 1) * hourMs - 1) ? first : null
  if (hours.size >= mostHours) hours.clear()
  hours.set(hour, offset)
  return offset
}

let lastDay = Number.NaN
let lastDate = ''

/**
 * The date (YYYY-MM-DD) of an instant (ISO 8601 UTC) in a zone. Exact to the second where the clocks change.
 * @throws {Rejection} INVALID where there is no such instant or zone
 */
export const businessDate = (instant: string, zone: string): string => {
  const ms = Date.parse(instant)
  if (Number.isNaN(ms)) throw new Rejection('INVALID', `"${instant.slice(0, 40)}" is no instant.`)
  const known = zoneOf(zone)
  if (known === null)
    throw new Rejection('INVALID', `"${zone.slice(0, 40)}" is no time zone. Name one like Europe/Berlin.`)
  const day = Math.floor((ms + (hourOffset(known, Math.floor(ms / hourMs)) ?? known.offsetAt(ms))) / dayMs)
  if (day === lastDay) return lastDate
  const date = new Date(day * dayMs).toISOString().slice(0, -14)
  if (date.length !== 10) throw new Rejection('INVALID', `"${instant}" is beyond the years 0 to 9999.`)
  lastDay = day
  lastDate = date
  return date
}
