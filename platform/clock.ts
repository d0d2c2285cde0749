/** Time as a parameter: whoever needs the time is given a clock, so that tests and the simulator own it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
}

/** The machine's clock. It may step backwards; whoever needs order must not rely on it alone. */
export const systemClock: Clock = { now: () => Date.now() }

/** A clock that moves only when told to. */
export interface FakeClock extends Clock {
  set(now: number): void
  advance(milliseconds: number): void
}

/** Starts at `start` (milliseconds), by default an arbitrary fixed instant. */
export const fakeClock = (start: number = Date.UTC(2026, 0, 1)): FakeClock => {
  let current = start
  return {
    now: () => current,
    set: (now) => {
      current = now
    },
    advance: (milliseconds) => {
      current += milliseconds
    },
  }
}
