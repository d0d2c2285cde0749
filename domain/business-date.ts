/** Which day it is for the books: the calendar date of an instant in a business zone (IANA). */
import { Rejection } from './decider.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Hours remembered per zone (two years of them), and days. Beyond, it starts anew. */
const mostHours = 20_000

interface Zone {
  readonly offsetAt: (ms: number) => number
  /** By UTC hour: the offset, in milliseconds, at its beginning. */
  readonly hours: Map<number, number>
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
    const format = new Intl.DateTimeFormat('en-US', {
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
    // One name for one zone: the platform would take it in any case of letters, others do not.
    const { timeZone } = format.resolvedOptions()
    return timeZone !== name && timeZone.toLowerCase() === name.toLowerCase() ? null : format
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

/** Offset at the beginning of a UTC hour. */
const offsetAtHour = ({ hours, offsetAt }: Zone, hour: number): number => {
  const known = hours.get(hour)
  if (known !== undefined) return known
  const offset = offsetAt(hour * hourMs)
  if (hours.size >= mostHours) hours.clear()
  hours.set(hour, offset)
  return offset
}

/** Offset at an instant: that of the hour, unless the clocks change within it. */
const offsetWithin = (zone: Zone, ms: number): number => {
  const hour = Math.floor(ms / hourMs)
  const offset = offsetAtHour(zone, hour)
  return offset === offsetAtHour(zone, hour + 1) ? offset : zone.offsetAt(ms)
}

const dates = new Map<number, string>()

/** A day since 1970 as a date. */
const dateOf = (day: number): string => {
  const known = dates.get(day)
  if (known !== undefined) return known
  const date = new Date(day * dayMs).toISOString().slice(0, -14)
  if (dates.size >= mostHours) dates.clear()
  dates.set(day, date)
  return date
}

/** A sale and its payments often share their instant. */
let last: { readonly instant: string; readonly zone: string; readonly date: string } | null = null

/**
 * The date (YYYY-MM-DD) of an instant (ISO 8601 UTC) in a zone. Exact to the second where the clocks change.
 * @throws {Rejection} INVALID where there is no such instant or zone
 */
export const businessDate = (instant: string, zone: string): string => {
  if (last === null || instant !== last.instant || zone !== last.zone)
    last = { instant, zone, date: dateIn(instant, zone) }
  return last.date
}

const dateIn = (instant: string, zone: string): string => {
  const ms = Date.parse(instant)
  if (Number.isNaN(ms)) throw new Rejection('INVALID', `"${instant.slice(0, 40)}" is no instant.`)
  const known = zoneOf(zone)
  if (known === null)
    throw new Rejection('INVALID', `"${zone.slice(0, 40)}" is no time zone. Name one like Europe/Berlin.`)
  const date = dateOf(Math.floor((ms + offsetWithin(known, ms)) / dayMs))
  if (date.length !== 10) throw new Rejection('INVALID', `"${instant}" is beyond the years 0 to 9999.`)
  return date
}
