import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { diagnose } from '../../app/doctor.ts'
import { openTributary } from '../../app/tributary.ts'
import { readAll } from '../contract/eventstore/kit.ts'
import { type EventStoreServer, ownEventStore, startOwnEventStore } from '../support/eventstore-server.ts'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { type Market, makeMarket, record, startProduct } from './recorded-purchases.ts'

const kills = 20
const width = 64

/** Records purchases with so many in flight; each key is asked for until it is acknowledged. */
class Buyers {
  /** The purchase of each key. */
  readonly acknowledged = new Map<string, string>()
  readonly #agent = new Agent({ keepAlive: true, maxSockets: width })
  readonly #lanes: Promise<unknown>
  #stopped = false

  constructor(url: string, market: Market) {
    const lane = async (_: unknown, index: number): Promise<void> => {
      for (let turn = 0; !this.#stopped; turn += 1) {
        const key = `lane-${index}-${turn}`
        let id = await record(url, market, this.#agent, key)
        while (id === null) {
          await sleep(50 + Math.random() * 50)
          id = await record(url, market, this.#agent, key)
        }
        this.acknowledged.set(key, id)
      }
    }
    this.#lanes = Promise.all(Array.from({ length: width }, lane))
    // Told to whoever waits for the lanes.
    this.#lanes.catch(() => {})
  }

  async progress(count: number): Promise<void> {
    const wanted = this.acknowledged.size + count
    const reached = until(`${count} more purchases are acknowledged`, () => this.acknowledged.size >= wanted)
    await Promise.race([reached, this.#lanes])
  }

  async finish(): Promise<void> {
    this.#stopped = true
    await this.#lanes
    this.#agent.destroy()
  }
}

describeWith([ownEventStore], 'the product on an EventStoreDB that is killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-kill-'))
  const data = join(folder, 'data')
  let server: EventStoreServer
  let market: Market
  beforeAll(async () => {
    server = await startOwnEventStore()
    const tributary = await openTributary({ folder: data, eventStoreUrl: server.url })
    market = await makeMarket(tributary)
    await tributary.close()
  })
  afterAll(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it(`has each acknowledged purchase once, and views that say what the log says (${kills} kills, ${width} in flight)`, async () => {
    const { child, url } = await startProduct(data, {
      TRIBUTARY_EVENTSTORE_URL: server.url,
      // Each request while the server is down has a line otherwise.
      TRIBUTARY_LOG_LEVEL: 'fatal',
    })
    const exit = once(child, 'exit')
    const buyers = new Buyers(url, market)
    for (let kill = 0; kill < kills; kill += 1) {
      await buyers.progress(5 + ((kill * 37) % 150))
      await server.kill()
      await server.restart()
    }
    await buyers.progress(width)
    await buyers.finish()
    child.kill('SIGTERM')
    expect(await exit).toEqual([0, null])

    const tributary = await openTributary({ folder: data, eventStoreUrl: server.url })
    const { acknowledged } = buyers
    expect(new Set(acknowledged.values()).size).toBe(acknowledged.size)
    for (const [key, id] of acknowledged) {
      const events = await tributary.store.readStream(`purchase-${id}`)
      expect([key, events.map(({ type }) => type)]).toEqual([key, ['PurchasePlaced']])
    }
    const log = await readAll(tributary.store)
    expect(log.filter(({ type }) => type === 'PurchasePlaced')).toHaveLength(acknowledged.size)
    const { checks } = await diagnose(tributary, { deep: true })
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
    await tributary.close()
  })
})
