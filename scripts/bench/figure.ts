/** What a figure of the bench is: a ratio to the machine's own limit, the median of interleaved rounds of one run. */

export interface Sizes {
  /** Events that the log holds before appends and rebuilds are measured. */
  readonly log: number
  /** The small and the large log of figures that compare both. */
  readonly small: number
  readonly large: number
  /** Purchases appended, and sent over HTTP, in one round. */
  readonly purchases: number
  readonly rounds: number
}

export const fullSizes: Sizes = {
  log: 300_000,
  small: 100_000,
  large: 1_000_000,
  purchases: 10_000,
  rounds: 5,
}
export const quickSizes: Sizes = { log: 20_000, small: 10_000, large: 40_000, purchases: 1_500, rounds: 3 }

/** `ours` and `limit` as said by `unit`; `ratio` is what is measured against `atLeast`. */
export interface Round {
  readonly ours: number
  readonly limit: number
  readonly ratio: number
}

export interface Measured {
  readonly name: string
  readonly ratio: number
  readonly atLeast: number
  readonly unit: string
  readonly rounds: readonly Round[]
  /** Said beside it: what else was counted. */
  readonly notes: Readonly<Record<string, number | string>>
}

export interface BenchContext {
  /** A folder of this run alone. */
  readonly folder: string
  readonly sizes: Sizes
  say(text: string): void
}

export interface Figure {
  readonly name: string
  readonly atLeast: number
  /** What it needs that is not here, and how to get it; null where it can be measured. */
  readonly missing?: () => string | null
  readonly measure: (context: BenchContext) => Promise<Measured>
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]]
  if (low === undefined || high === undefined) throw new RangeError('The median of nothing.')
  return (low + high) / 2
}

/** The value that 99 of 100 stay at or below. */
export const percentile99 = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.99) - 1)]
  if (value === undefined) throw new RangeError('A percentile of nothing.')
  return value
}
