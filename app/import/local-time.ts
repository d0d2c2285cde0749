/** Wall-clock times of one zone as instants. Clocks that are put forward or back are taken as RFC 5545 takes them. */

const dayMs = 86_400_000
const localText = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/

const offsetsOf = (zone: string): ((ms: number) => number) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
    const local = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    )
    return local - Math.floor(ms / 1_000) * 1_000
  }
}

/**
 * Turns `YYYY-MM-DD hh:mm:ss` on the clocks of a zone (IANA) into an instant (ISO 8601 UTC with milliseconds);
 * null where the text is no such time. A time that was there twice is the first; one that was skipped is as much
 * after the gap as it would have been after its beginning.
 */
export const localTimes = (zone: string): ((text: string) => string | null) => {
  const offsetAt = offsetsOf(zone)
  /** By date: the offset of the whole day, or null where it changes about then. */
  const days = new Map<string, number | null>()

  const offsetOfDay = (date: string, midnight: number): number | null => {
    const known = days.get(date)
    if (known !== undefined) return known
    const before = offsetAt(midnight - dayMs)
    const offset = before === offsetAt(midnight + 2 * dayMs) ? before : null
    days.set(date, offset)
    return offset
  }

  const utcOf = (local: number): number => {
    const before = offsetAt(local - dayMs)
    const after = offsetAt(local + dayMs)
    if (offsetAt(local - before) === before) return local - before
    if (offsetAt(local - after) === after) return local - after
    return local - before
  }

  return (text) => {
    const [, date, time] = localText.exec(text) ?? []
    if (date === undefined) return null
    const local = Date.parse(`${date}T${time}.000Z`)
    if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(date)) return null
    const offset = offsetOfDay(date, Date.parse(`${date}T00:00:00.000Z`))
    return new Date(offset === null ? utcOf(local) : local - offset).toISOString()
  }
}
