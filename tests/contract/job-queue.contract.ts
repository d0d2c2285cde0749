/** The contract of the port of jobs, as cases that every engine passes. */
import { afterEach, beforeEach, describe } from 'vitest'
import { failureCases } from './job-queue/failure-cases.ts'
import { type OpenedEngine, workers } from './job-queue/kit.ts'
import { putCases } from './job-queue/put-cases.ts'

/** @param open jobs of their own with each call */
export const jobQueueContract = (name: string, open: () => Promise<OpenedEngine>): void => {
  describe(`jobs on ${name}`, () => {
    let engine: OpenedEngine | undefined
    const run = workers()
    const opened = (): OpenedEngine => {
      if (engine === undefined) throw new TypeError('The engine is open only while cases run.')
      return engine
    }

    beforeEach(async () => {
      engine = await open()
    })
    afterEach(async () => {
      await run.stopAll()
      await engine?.close()
    })

    putCases(opened, run)
    failureCases(opened, run)
  })
}
