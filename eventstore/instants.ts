/** The time of day, as events have it. */
import type { Clock } from '../platform/clock.ts'

/** Many commands are decided within one millisecond: its text is made once. */
export const instants = (clock: Clock): (() => string) => {
  let made = Number.NaN
  let text = ''
  return () => {
    const now = clock.now()
    if (now !== made) {
      text = new Date(now).toISOString()
      made = now
    }
    return text
  }
}
