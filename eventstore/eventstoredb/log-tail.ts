/** Who waits for the log to grow, and the looks at its head for as long as somebody does. */
import type { Position } from '../event.ts'
import { comparePositions } from '../positions.ts'
import { Waiters } from '../waiters.ts'

/** Milliseconds between looks. */
const lookEvery = 50

export class LogTail {
  readonly #look: () => Promise<Position | null>
  readonly #waiters = new Waiters()
  #head: Position | null = null
  #isLooking = false
  #isClosed = false

  /** `look`: the last position in the log, whoever wrote there; what it throws ends all waits, so that they see why. */
  constructor(look: () => Promise<Position | null>) {
    this.#look = look
  }

  async wait(after: Position | null, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#isClosed || this.#isPast(after)) return
    const ended = this.#waiters.wait(timeoutMs, signal)
    if (!this.#isLooking) void this.#follow(after)
    await ended
  }

  /** An event stands here now. */
  grown(position: Position): void {
    if (this.#head !== null && comparePositions(position, this.#head) <= 0) return
    this.#head = position
    this.#waiters.wake()
  }

  close(): void {
    this.#isClosed = true
    this.#waiters.wake()
  }

  #isPast(after: Position | null): boolean {
    return this.#head !== null && (after === null || comparePositions(this.#head, after) > 0)
  }

  async #follow(after: Position | null): Promise<void> {
    this.#isLooking = true
    if (after !== null && !this.#isPast(after)) this.#head = after
    try {
      while (this.#waiters.size > 0) {
        const head = await this.#look()
        if (head !== null) this.grown(head)
        if (this.#waiters.size > 0) await new Promise((resolve) => setTimeout(resolve, lookEvery))
      }
    } catch {
      this.#waiters.wake()
    } finally {
      this.#isLooking = false
    }
  }
}
