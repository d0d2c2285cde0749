/** Jobs that are put and handled while something happens to Redis, and what has to hold of them afterwards. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { newId } from '../../platform/ids.ts'
import { openBullmqJobs } from '../../workers/bullmq/bullmq-queue.ts'
import { type JobEngine, type JobWorker, QueueUnavailable } from '../../workers/queue.ts'
import { done, jobOf } from '../contract/job-queue/kit.ts'
import { until } from '../support/until.ts'

const lanes = 4
const concurrency = 4
const leaseMs = 2_000
const patienceMs = 120_000

export class RedisLoad {
  /** Puts that were refused, each of which was tried again until it was taken. */
  refused = 0
  readonly #engine: JobEngine
  readonly #worker: JobWorker
  readonly #seen: string[] = []
  readonly #acknowledged: string[] = []
  #putting: Promise<unknown> = Promise.resolve()
  #isOver = false

  private constructor(engine: JobEngine) {
    this.#engine = engine
    this.#worker = engine.queue('load').work({
      concurrency,
      leaseMs,
      onError: () => undefined,
      handle: async ({ id }) => {
        this.#seen.push(id)
        return done
      },
    })
  }

  static async start(url: string): Promise<RedisLoad> {
    const engine = await openBullmqJobs({ url, deploymentId: newId('deployment'), onError: () => undefined })
    const load = new RedisLoad(engine)
    load.#putting = Promise.all(Array.from({ length: lanes }, (_, lane) => load.#put(lane)))
    return load
  }

  async #put(lane: number): Promise<void> {
    for (let n = 0; !this.#isOver; n += 1) {
      const id = `job-${lane}-${n}`
      // Some are due later: delays are kept apart from what waits.
      while (!(await this.#isPut(id, n % 3 === 0 ? 20 : 0))) await sleep(50)
      this.#acknowledged.push(id)
      await sleep(1)
    }
  }

  async #isPut(id: string, delayMs: number): Promise<boolean> {
    try {
      await this.#engine.queue('load').put([jobOf(id, { delayMs })])
      return true
    } catch (error) {
      if (!(error instanceof QueueUnavailable)) throw error
      this.refused += 1
      return false
    }
  }

  /** Resolves once so many more were put and handled. */
  async progress(jobs: number): Promise<void> {
    const [put, seen] = [this.#acknowledged.length + jobs, this.#seen.length + jobs]
    const isFurther = () => this.#acknowledged.length >= put && this.#seen.length >= seen
    await until(`${jobs} more jobs were put and handled`, isFurther, patienceMs)
  }

  /** Resolves once so many more puts were refused. */
  async failing(puts: number): Promise<void> {
    const refused = this.refused + puts
    await until(`${puts} more puts were refused`, () => this.refused >= refused, patienceMs)
  }

  /** Ends it. @param faults how often something happened: what was in work then may have been handled twice */
  async expectSound(faults: number): Promise<void> {
    const queue = this.#engine.queue('load')
    const isIdle = async () => {
      const { waiting, active, delayed } = await queue.stats()
      return waiting + active + delayed === 0
    }
    this.#isOver = true
    await this.#putting
    await until('all jobs were handled', isIdle, patienceMs)
    const handled = new Set(this.#seen)
    expect(this.#acknowledged.filter((id) => !handled.has(id))).toEqual([])
    expect(this.#seen.length - handled.size).toBeLessThanOrEqual(faults * concurrency)
    const count = this.#seen.length
    for (let at = 0; at < this.#acknowledged.length; at += 500)
      await queue.put(this.#acknowledged.slice(at, at + 500).map((id) => jobOf(id)))
    await until('nothing is left', isIdle, patienceMs)
    expect(this.#seen.length).toBe(count)
    expect(await queue.stats()).toMatchObject({ dead: 0 })
    await this.stop()
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#putting
    await this.#worker.stop(0)
    await this.#engine.close()
  }
}
