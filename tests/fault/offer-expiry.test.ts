import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCommander } from '../../app/commander.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import { openGate } from '../../app/webhooks.ts'
import type { OfferFacts } from '../../domain/events/catalog-items.ts'
import { newId } from '../../platform/ids.ts'
import { until } from '../contract/job-queue/kit.ts'
import { dyingAfter } from '../support/dying-handler.ts'
import { dyingJobs } from '../support/dying-jobs.ts'
import { startWorking } from '../support/running-worker.ts'

let folder: string
let tributary: Tributary
let partnerId: string
let category: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-expiry-'))
  tributary = await openTributary({ folder: join(folder, 'data') })
  const { partners } = await simulate(tributary, {
    members: 3,
    purchases: 0,
    seed: 4,
    until: '2026-06-01T00:00:00.000Z',
  })
  partnerId = partners[0]?.id ?? ''
  const { events } = await tributary.store.readLog(null, 1_000)
  category = events.find(({ type }) => type === 'CategoryDefined')?.stream.replace('category-', '') ?? ''
})
afterEach(async () => {
  await tributary.close()
  rmSync(folder, { recursive: true, force: true })
})

const factsUntil = (validUntil: string | null): OfferFacts => ({
  title: 'Tea',
  media: [],
  sku: 'tea',
  category,
  listPrice: 100,
  currency: 'EUR',
  validFrom: '2026-01-01T00:00:00.000Z',
  validUntil,
  communities: [],
  segments: [],
  poolOverride: null,
  stock: { policy: 'UNLIMITED' },
})
const inMs = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString()

const publish = async (validUntil: string | null): Promise<string> => {
  const offerId = newId('offer')
  await createCommander(tributary, 'test').run(
    tributary.model.offer,
    offerId,
    { type: 'PublishOffer', offerId, partnerId, facts: factsUntil(validUntil), source: null },
    newId('command'),
  )
  return offerId
}
const eventsOf = async (offerId: string) =>
  (await tributary.store.readStream(`offer-${offerId}`)).map(({ type }) => type)
const isTold = async (offerId: string): Promise<boolean> => (await eventsOf(offerId)).includes('OfferExpired')

describe('the process that tells the end of offers', () => {
  it('tells it when it comes, of those that end, as caused by who said so', async () => {
    const running = await startWorking(tributary, {})
    const [ends, stays] = [await publish(inMs(300)), await publish(null)]
    const revised = await publish(inMs(300))
    await createCommander(tributary, 'test').run(
      tributary.model.offer,
      revised,
      {
        type: 'ReviseOffer',
        offerId: revised,
        partnerId,
        facts: factsUntil(inMs(3_600_000)),
        source: null,
        expectedVersion: 1,
      },
      newId('command'),
    )
    await until(() => isTold(ends))
    const queue = (await tributary.jobs()).queue('timers')
    await until(async () => (await queue.stats()).waiting + (await queue.stats()).active === 0)
    await running.stop()
    expect(await eventsOf(stays)).toEqual(['OfferPublished'])
    expect(await eventsOf(revised)).toEqual(['OfferPublished', 'OfferRevised'])
    const told = (await tributary.store.readStream(`offer-${ends}`))[1]
    expect(told === undefined ? null : tributary.codec.metadata(told)).toMatchObject({
      causationId: `offer-${ends}@0`,
      actor: { kind: 'SYSTEM', id: 'offer-expiry' },
    })
  })

  it('tells it once, wherever the process died', async () => {
    const offers: string[] = []
    await openGate(tributary, await tributary.jobs())
    for (let dies = 0; dies < 5; dies += 1) {
      offers.push(await publish(inMs(50)), await publish('2026-02-01T00:00:00.000Z'))
      // The opening itself takes one call.
      const jobs = dyingJobs(await tributary.jobs(), dies + 1)
      const handler = dyingAfter(tributary.handler, dies)
      const over = { ...tributary, handler: handler.handler, jobs: async () => jobs.engine }
      const running = await startWorking(over, {})
      const told = async () => (await Promise.all(offers.map(isTold))).every(Boolean)
      await until(async () => jobs.isDead() || handler.isDead() || (await told()))
      await running.stop()
    }
    const running = await startWorking(tributary, {})
    for (const offerId of offers) await until(() => isTold(offerId))
    await running.stop()
    for (const offerId of offers) expect(await eventsOf(offerId)).toEqual(['OfferPublished', 'OfferExpired'])
  })
})
