/** Waiting for views to come to where a writer knows the log to be. */
import type { Position } from '../eventstore/event.ts'

interface Waiter {
  readonly isThere: () => boolean
  readonly done: (isThere: boolean) => void
}

/** Those who wait for projections to come to a position; told by `advanced`. */
export class PositionWaiters {
  readonly #waiters = new Set<Waiter>()

  /** Whether `isThere` came to be true within `timeoutMs`. It is asked at once, and after each advance. */
  wait(isThere: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isThere()) return Promise.resolve(true)
    if (timeoutMs <= 0) return Promise.resolve(false)
    return new Promise((resolve) => {
      const waiter: Waiter = {
        isThere,
        done: (is) => {
          clearTimeout(timer)
          this.#waiters.delete(waiter)
          resolve(is)
        },
      }
      const timer = setTimeout(() => waiter.done(isThere()), Math.min(timeoutMs, 2 ** 31 - 1))
      this.#waiters.add(waiter)
    })
  }

  /** Projections came further: answers whoever waited for just that. */
  advanced(): void {
    for (const waiter of [...this.#waiters]) if (waiter.isThere()) waiter.done(true)
  }

  /** Nothing will come further any more: everybody is answered as things stand. */
  end(): void {
    for (const waiter of [...this.#waiters]) waiter.done(waiter.isThere())
  }
}

/** Whether views are true up to a position, for those who answer from them. */
export interface Freshness {
  /**
   * Whether, within `timeoutMs`, the projections named (all, where none are) came to be true up to the position.
   * A position is of the store's current epoch.
   */
  waitFor(position: Position, timeoutMs: number, projections?: readonly string[]): Promise<boolean>
}
