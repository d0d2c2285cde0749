/** The contract of the event store port, as cases that every adapter passes. */
import { afterAll, afterEach, beforeAll } from 'vitest'
import { describeWith, type Need } from '../support/needs.ts'
import { appendCases } from './eventstore/append-cases.ts'
import { atOnceCases } from './eventstore/at-once-cases.ts'
import { besideCases } from './eventstore/beside-cases.ts'
import { concurrencyCases } from './eventstore/concurrency-cases.ts'
import { formCases } from './eventstore/form-cases.ts'
import type { Engine, OpenedStore } from './eventstore/kit.ts'
import { lifeCases } from './eventstore/life-cases.ts'
import { logCases } from './eventstore/log-cases.ts'
import { modelCases } from './eventstore/model-cases.ts'
import { repeatCases } from './eventstore/repeat-cases.ts'
import { streamCases } from './eventstore/stream-cases.ts'
import { textCases } from './eventstore/text-cases.ts'
import { waitCases } from './eventstore/wait-cases.ts'

/**
 * Runs the contract on an engine.
 * @param open an empty log of its own with each call, that nobody else writes to
 * @param needs what the engine stands on beside this project
 */
export const eventStoreContract = (
  name: string,
  open: () => Promise<OpenedStore>,
  needs: readonly Need[] = [],
): void => {
  describeWith(needs, `the event store on ${name}`, () => {
    let shared: OpenedStore | undefined
    let opened: OpenedStore[] = []

    beforeAll(async () => {
      shared = await open()
    })
    afterEach(async () => {
      for (const { close } of opened) await close()
      opened = []
    })
    afterAll(() => shared?.close())

    const engine: Engine = {
      shared: () => {
        if (shared === undefined) throw new TypeError('The shared store is open only while cases run.')
        return shared.store
      },
      fresh: async () => {
        const store = await open()
        opened.push(store)
        return store
      },
    }

    appendCases(engine)
    repeatCases(engine)
    formCases(engine)
    textCases(engine)
    streamCases(engine)
    atOnceCases(engine)
    logCases(engine)
    concurrencyCases(engine)
    waitCases(engine)
    lifeCases(engine)
    besideCases(engine)
    modelCases(engine)
  })
}
