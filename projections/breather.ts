import { setImmediate } from 'node:timers/promises'

/** Longest time, in milliseconds, to compute without letting the event loop serve others. */
const sliceMs = 8

/** Cuts long work into slices, so that a server in the same process goes on answering. */
export class Breather {
  #since = performance.now()

  get isDue(): boolean {
    return performance.now() - this.#since > sliceMs
  }

  /** Lets whatever waits on the event loop run. */
  async rest(): Promise<void> {
    await setImmediate()
    this.#since = performance.now()
  }
}
