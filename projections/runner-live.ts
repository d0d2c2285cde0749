import { setImmediate } from 'node:timers/promises'
import type { LogSource } from './log-source.ts'
import { comparePositions } from './order.ts'
import { catchUp } from './rebuild.ts'
import type { Lane, Step } from './runner-lane.ts'

export interface LiveLoopOptions {
  readonly events: LogSource
  readonly lane: Lane
  /** Events read at once at the head, and the most where the loop fell behind. */
  readonly batch: { readonly live: number; readonly catchUp: number }
  /** Milliseconds that a busy loop lets events gather: the more are folded together, the less each costs. */
  readonly gatherMs: number
  /** After each step, before anything else happens. */
  readonly onStep: (step: Step) => void
  /** The log could not be read; it is tried again after what this resolves with. */
  readonly onLogError: (error: unknown) => Promise<void>
}

interface Joiner {
  readonly lane: Lane
  readonly admit: () => Promise<void>
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/** Longest sleep, in milliseconds, at the head of the log, should nobody wake the loop. */
const longestSleep = 1_000
/** A step of at least so many events makes the loop a busy one. */
const busyFrom = 32

/** Follows the tail of the log; takes in, between two steps, projections that have come near it on their own. */
export class LiveLoop {
  readonly #options: LiveLoopOptions
  readonly #joiners: Joiner[] = []
  #wake = new AbortController()
  #isHurried = false
  #endGathering: () => void = () => undefined
  #isAtHead = false
  #hasEnded = false

  constructor(options: LiveLoopOptions) {
    this.#options = options
  }

  /** Whether the loop had read all there was when it last looked. */
  get isAtHead(): boolean {
    return this.#isAtHead
  }

  /**
   * Brings a lane to the very event where the loop stands, runs `admit` while both rest there, and takes its
   * followers over.
   */
  join(lane: Lane, admit: () => Promise<void>): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#hasEnded) failed(new DOMException('The projections were stopped.', 'AbortError'))
      this.#joiners.push({ lane, admit, done, failed })
      this.#wake.abort()
    })
  }

  /** Somebody waits for what is in the log by now: it is not left to gather. */
  hurry(): void {
    this.#isHurried = true
    this.#endGathering()
  }

  /** Until `signal` aborts; the last step is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.#wake.abort()
    signal.addEventListener('abort', stop)
    const { events, lane, batch, onStep, onLogError } = this.#options
    let limit = batch.live
    while (!signal.aborted) {
      if (this.#wake.signal.aborted) this.#wake = new AbortController()
      await this.#admitAll(signal)
      if (signal.aborted) break
      if (lane.followers.length === 0) {
        await this.#woken()
        continue
      }
      try {
        this.#isHurried = false
        const step = await lane.step(limit)
        this.#isAtHead = step.atHead
        onStep(step)
        limit = step.atHead ? batch.live : Math.min(limit * 2, batch.catchUp)
        if (step.atHead) {
          if (step.scanned >= busyFrom && !this.#isHurried) await this.#gather()
          await events.waitForAppend(lane.cursor.position, longestSleep, this.#wake.signal)
        } else await setImmediate()
      } catch (error) {
        this.#isAtHead = false
        await onLogError(error)
      }
    }
    signal.removeEventListener('abort', stop)
    this.#hasEnded = true
    this.#isAtHead = false
    for (const { failed } of this.#joiners.splice(0)) failed(signal.reason)
  }

  #gather(): Promise<void> {
    const { signal } = this.#wake
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, this.#options.gatherMs)
      signal.addEventListener('abort', done)
      this.#endGathering = done
      if (signal.aborted) done()
    })
  }

  #woken(): Promise<void> {
    const { signal } = this.#wake
    return new Promise((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  async #admitAll(signal: AbortSignal): Promise<void> {
    for (const { lane, admit, done, failed } of this.#joiners.splice(0)) {
      try {
        if (this.#options.lane.followers.length > 0) await this.#align(lane, signal)
        await admit()
        for (const follower of lane.followers) this.#options.lane.add(follower)
        done()
      } catch (error) {
        failed(error)
      }
    }
  }

  /** Whichever stands further back reads on to where the other stands. */
  async #align(joining: Lane, signal: AbortSignal): Promise<void> {
    const { lane, batch, onStep } = this.#options
    for (;;) {
      const [theirs, ours] = [joining.cursor.position, lane.cursor.position]
      const order = comparePositions(theirs, ours)
      if (order === 0) return
      signal.throwIfAborted()
      if (order < 0) await catchUp(joining, batch.catchUp, signal, ours)
      else onStep(await lane.step(batch.catchUp, theirs))
      // All that followed here may have failed on the way: then there is nothing left to stand beside.
      if (lane.followers.length === 0) return
      if (joining.cursor.position === theirs && lane.cursor.position === ours)
        throw new Error(
          `The log ends before ${order < 0 ? ours : theirs}, where a projection stands already.`,
        )
    }
  }
}
