import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { diagnose } from '../../app/doctor.ts'
import { openTributary } from '../../app/tributary.ts'
import { type Market, makeMarket, record, startProduct } from './recorded-purchases.ts'

const kills = 20
const width = 64
const folder = mkdtempSync(join(tmpdir(), 'tributary-kill-'))
const data = join(folder, 'data')

let market: Market

/** A small market, and somebody who may record sales. */
beforeAll(async () => {
  const tributary = await openTributary({ folder: data })
  market = await makeMarket(tributary)
  await tributary.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Records with 64 in flight until the server dies under them; answers what was acknowledged, by key. */
const recordUntilKilled = async (url: string, child: ChildProcess, round: number, killAfter: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: width })
  const acknowledged = new Map<string, string>()
  let next = 0
  let isDead = false
  const worker = async () => {
    while (!isDead) {
      const key = `round-${round}-${next++}`
      const id = await record(url, market, agent, key)
      if (id === null) return
      acknowledged.set(key, id)
      if (acknowledged.size === killAfter) {
        isDead = true
        child.kill('SIGKILL')
      }
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  agent.destroy()
  return acknowledged
}

/** Each acknowledged purchase is in the log, once; a repeat of its key finds it. */
const check = async (acknowledged: ReadonlyMap<string, string>) => {
  const tributary = await openTributary({ folder: data })
  try {
    for (const [key, id] of acknowledged) {
      const events = await tributary.store.readStream(`purchase-${id}`)
      expect([key, events.map(({ type }) => type)]).toEqual([key, ['PurchasePlaced']])
    }
    const { checks } = await diagnose(tributary, { deep: true })
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
  } finally {
    await tributary.close()
  }
}

it(`keeps each acknowledged purchase once, however often the server is killed (${kills} times, ${width} in flight)`, async () => {
  for (let round = 0; round < kills; round++) {
    const { child, url } = await startProduct(data)
    const exit = once(child, 'exit')
    const acknowledged = await recordUntilKilled(url, child, round, 5 + ((round * 37) % 150))
    await exit
    expect(acknowledged.size).toBeGreaterThan(0)
    await check(acknowledged)
  }
  const { child, url } = await startProduct(data)
  const exit = once(child, 'exit')
  const agent = new Agent({ keepAlive: true })
  const first = await record(url, market, agent, 'round-0-0')
  expect(first).not.toBeNull()
  agent.destroy()
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
})
