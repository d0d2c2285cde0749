/** Callers that wait for the log to grow: woken by an append, by their time-out or by their signal. */

export class Waiters {
  readonly #wakes = new Set<() => void>()

  get size(): number {
    return this.#wakes.size
  }

  /** Resolves on `wake`, on abort, or after `timeoutMs`, whichever comes first. Never rejects. */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (timeoutMs <= 0 || signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        this.#wakes.delete(done)
        resolve()
      }
      // Longer than a timer can hold would fire at once.
      const timer = setTimeout(done, Math.min(timeoutMs, 2 ** 31 - 1))
      signal?.addEventListener('abort', done)
      this.#wakes.add(done)
    })
  }

  wake(): void {
    for (const done of [...this.#wakes]) done()
  }
}
