/** Sums that views keep. */

/** What was added up is beyond what a number holds exactly: the event is set aside rather than a cent lost. */
export class SumOutOfRange extends Error {
  override readonly name = 'SumOutOfRange'
  constructor(a: number, b: number) {
    super(`${a} and ${b} add up to more than a figure can hold exactly (${Number.MAX_SAFE_INTEGER}).`)
  }
}

/** @throws {SumOutOfRange} */
export const plus = (a: number, b: number): number => {
  const sum = a + b
  if (Number.isSafeInteger(sum)) return sum
  throw new SumOutOfRange(a, b)
}
