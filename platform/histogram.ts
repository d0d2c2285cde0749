/** Counts values by size, at the cost of a few additions: for paths that are too hot for more. */
export class Histogram {
  /** Upper bounds, inclusive, ascending; what lies above the last is counted beyond it. */
  readonly bounds: readonly number[]
  /** How many values fell between one bound and the next: one more than there are bounds. */
  readonly counts: number[]
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = bounds.map(() => 0)
    this.counts.push(0)
  }

  observe(value: number): void {
    const { bounds, counts } = this
    let at = 0
    while (at < bounds.length && value > (bounds[at] ?? Number.POSITIVE_INFINITY)) at += 1
    counts[at] = (counts[at] ?? 0) + 1
    this.sum += value
  }
}

/** Seconds, for what takes from a tenth of a millisecond to ten seconds. */
export const secondBounds: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
]
