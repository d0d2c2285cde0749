/**
 * Whether a stream of which nothing is known is new. Most commands on such streams make them: decided on the
 * first state and appended where no stream may be, they need no look at the log, and whoever is wrong is told
 * by the conflict. Where a guess was wrong (the same import a second time), the next streams of the category
 * are read first.
 */

/** How many streams of the category are read after a wrong guess before the next one is guessed again. */
const readAfterWrong = 64

export class NewStreamGuess {
  readonly #toRead = new Map<string, number>()

  mayBeNew(category: string): boolean {
    const left = this.#toRead.get(category) ?? 0
    if (left > 0) this.#toRead.set(category, left - 1)
    return left === 0
  }

  wrong(category: string): void {
    this.#toRead.set(category, readAfterWrong)
  }
}
