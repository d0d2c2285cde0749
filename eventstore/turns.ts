/**
 * Lets work that is many small steps, nearly always taken without a wait, be done one piece after the other: all
 * that a piece touches is then still at hand at its next step. Left to themselves, promises take each step of
 * hundreds of commands before the next step of any, which costs a good part of the whole.
 *
 * Work that does wait, for an engine far away, holds nobody up: once it has not ended within a round of the event
 * loop, all that wait for it begin.
 */
export class Turns {
  #waiting: (() => void)[] = []
  /** The number of the turn that was begun last, null where it has ended. */
  #turn: number | null = null
  #turns = 0
  #watched = false

  /** Begins the work when its turn comes: now, where none is under way. */
  take(work: () => Promise<void>): Promise<void> {
    if (this.#turn === null) return this.#begin(work)
    this.#watch()
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => this.#begin(work).then(resolve, reject))
    })
  }

  async #begin(work: () => Promise<void>): Promise<void> {
    this.#turns += 1
    const turn = this.#turns
    this.#turn = turn
    try {
      await work()
    } finally {
      // Where others were begun meanwhile, the last of them lets the next in.
      if (this.#turn === turn) {
        this.#turn = null
        this.#waiting.shift()?.()
      }
    }
  }

  #watch(): void {
    if (this.#watched) return
    this.#watched = true
    const turn = this.#turn
    setImmediate(() => {
      this.#watched = false
      if (this.#waiting.length === 0) return
      if (this.#turn === turn) for (const begin of this.#waiting.splice(0)) begin()
      else this.#watch()
    })
  }
}
