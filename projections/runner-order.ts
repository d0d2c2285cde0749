/** In which order the collections of a batch are written: what was given to others comes after them. */
export class GivenOrder {
  /** Collections by what they were given. */
  readonly #takers = new Map<string, Set<string>>()
  readonly #ranks = new Map<string, number>()

  /**
   * Learns that documents of `given` are given to documents of `taker`.
   * @throws {TypeError} where that closes a circle: then no order would be safe
   */
  learn(given: string, taker: string): void {
    const takers = this.#takers.get(given)
    if (takers?.has(taker)) return
    if (given === taker || this.#reaches(taker, given))
      throw new TypeError(
        `Documents of ${given} are given to ${taker}, whose documents are given to them. See Change.given.`,
      )
    this.#takers.set(given, new Set([...(takers ?? []), taker]))
    this.#ranks.clear()
  }

  #reaches(from: string, to: string): boolean {
    for (const taker of this.#takers.get(from) ?? [])
      if (taker === to || this.#reaches(taker, to)) return true
    return false
  }

  /** 0 for a collection that is given to none; else one more than the furthest of its takers. */
  rank(collection: string): number {
    const known = this.#ranks.get(collection)
    if (known !== undefined) return known
    let rank = 0
    for (const taker of this.#takers.get(collection) ?? []) rank = Math.max(rank, this.rank(taker) + 1)
    this.#ranks.set(collection, rank)
    return rank
  }
}
