/** Chance with a seed: the same seed makes the same ecosystem. */

export interface Random {
  /** From 0 to below 1. */
  next(): number
  /** From `least` to `most`, both included. */
  whole(least: number, most: number): number
  chance(probability: number): boolean
  /** @throws {RangeError} where there is nothing to pick from */
  pick<Item>(items: readonly Item[]): Item
  /** Index below `count`: the first ones far more often than the last, as fame is spread. */
  longTail(count: number): number
}

/** SplitMix32 of the seed and a label, so that parts of a simulation do not disturb each other. */
export const createRandom = (seed: number, label = ''): Random => {
  let state = seed >>> 0
  for (const character of label)
    state = (Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x9e3779b1) + 1) >>> 0
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)]
      if (item === undefined) throw new RangeError('Nothing to pick from.')
      return item
    },
    longTail: (count) => Math.min(count - 1, Math.floor(count * next() ** 3)),
  }
}
