/** Positions as every adapter writes them: decimal text without leading zeros. */
import type { Position } from './event.ts'

const decimal = /^(?:0|[1-9][0-9]{0,18})$/

/**
 * Refuses text that is no position. Whether it is of the right epoch, it cannot tell.
 * @throws {TypeError}
 */
export const checkPosition = (position: Position): void => {
  if (!decimal.test(position)) throw new TypeError(`${JSON.stringify(position)} is no position in the log.`)
}

/**
 * Negative, zero or positive, as `a` stands before, at or after `b` in the same epoch.
 * @throws {TypeError} where one of them is no position
 */
export const comparePositions = (a: Position, b: Position): number => {
  checkPosition(a)
  checkPosition(b)
  if (a.length !== b.length) return a.length - b.length
  if (a === b) return 0
  return a < b ? -1 : 1
}
