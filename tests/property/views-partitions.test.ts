import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import { compareGenerations } from '../../projections/compare.ts'
import type { Generation } from '../../projections/documents.ts'
import { openMemoryDocumentStore } from '../../projections/memory/document-store.ts'
import { partitionOf } from '../../projections/partitions.ts'
import { build } from '../../projections/rebuild.ts'
import { allProjections } from '../../projections/views/all.ts'

const folder = mkdtempSync(join(tmpdir(), 'tributary-partitions-'))
const documents = openMemoryDocumentStore()
let tributary: Tributary
let whole: ReadonlyMap<string, Generation>

const builtWith = async (partitions: number): Promise<ReadonlyMap<string, Generation>> => {
  const { store, codec } = tributary
  const lane = await build({
    events: store,
    documents,
    decode: (stored) => codec.decode(stored),
    projections: allProjections,
    partitionsOf: () => partitions,
    now: () => 0,
    page: 500,
    cachedWhileBuilding: 5_000,
    cachedAfter: 100,
    tallyOf: () => ({ eventsScanned: 0, documentsWritten: 0 }),
    signal: new AbortController().signal,
  })
  return new Map(lane.followers.map(({ generation }) => [generation.projection, generation]))
}

/** A whole ecosystem: shares, touches, sales, refunds, corrections. */
beforeAll(async () => {
  tributary = await openTributary({ folder })
  await simulate(tributary, { members: 60, purchases: 150, seed: 5, until: '2026-06-01T00:00:00.000Z' })
  whole = await builtWith(1)
}, 60_000)
afterAll(async () => {
  await tributary.close()
  rmSync(folder, { recursive: true, force: true })
})

it.each([2, 7])(
  '%d partitions say what one says, byte for byte, and set no stream aside',
  async (partitions) => {
    for (const [name, generation] of await builtWith(partitions)) {
      expect([name, await generation.parked()]).toEqual([name, []])
      expect(generation.partitions).toBe(partitions)
      const one = whole.get(name)
      expect([name, one && (await compareGenerations(one, generation))]).toEqual([name, null])
    }
  },
)

it('keys are spread over all partitions, about evenly', () => {
  const found = new Array<number>(8).fill(0)
  for (let number = 0; number < 8_000; number++) {
    const partition = partitionOf(`purchase_${number}`, 8)
    found[partition] = (found[partition] ?? 0) + 1
  }
  for (const count of found) expect(Math.abs(count - 1_000)).toBeLessThan(150)
})
