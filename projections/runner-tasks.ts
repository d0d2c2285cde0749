import { setTimeout as sleep } from 'node:timers/promises'

/** What goes on in the background until it is stopped. */
export class Tasks {
  readonly #running = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  readonly #retry: { readonly first: number; readonly most: number }

  constructor(retry: { readonly first: number; readonly most: number }) {
    this.#retry = retry
  }

  /** Aborts when `stop` is called. */
  get signal(): AbortSignal {
    return this.#stopping.signal
  }

  /** Lets it run; `stop` waits for it. What it throws is whoever's who has the promise. */
  run(task: Promise<void>): void {
    this.#running.add(task)
    const done = () => this.#running.delete(task)
    task.then(done, done)
  }

  /** Before a new try: nothing before the first, then twice as long each time. Ends early when stopped. */
  async pause(failures: number): Promise<void> {
    if (failures <= 1) return
    const wait = Math.min(this.#retry.first * 2 ** (failures - 2), this.#retry.most)
    await sleep(wait, undefined, { signal: this.signal }).catch(() => undefined)
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new DOMException('The projections were stopped.', 'AbortError'))
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
  }
}
