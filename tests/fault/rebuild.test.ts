import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diagnose } from '../../app/doctor.ts'
import { bringViewsUp } from '../../app/projector.ts'
import { rebuildViews } from '../../app/rebuild.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import { UnknownProjection } from '../../projections/unknown-projection.ts'
import { allProjections } from '../../projections/views/all.ts'

let folder: string
let tributary: Tributary

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-rebuild-'))
  tributary = await openTributary({ folder })
  await simulate(tributary, { members: 30, purchases: 60, seed: 5, until: '2026-01-01T00:00:00.000Z' })
  await bringViewsUp(tributary)
})
afterEach(async () => {
  await tributary.close()
  rmSync(folder, { recursive: true, force: true })
})

const liveIds = (): Promise<readonly (string | undefined)[]> =>
  Promise.all(allProjections.map(async ({ name }) => (await tributary.documents.live(name))?.id))

describe('rebuilding views in two threads', () => {
  it('takes the place of every view with one that says the same', async () => {
    const before = await liveIds()
    const seen: number[] = []
    const documents = await rebuildViews(tributary, [], (scanned) => seen.push(scanned))
    const after = await liveIds()
    expect(after.every((id, index) => id !== undefined && id !== before[index])).toBe(true)
    expect(documents).toBeGreaterThan(100)
    expect(seen.at(-1)).toBe(Number(await tributary.store.head()))
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    await expect(diagnose(tributary, { deep: true })).resolves.toMatchObject({ ok: true })
  })

  it('rebuilds only those that are named', async () => {
    const before = await liveIds()
    await rebuildViews(tributary, ['journal', 'split'])
    const after = await liveIds()
    const changed = allProjections.filter((_, index) => after[index] !== before[index])
    expect(changed.map(({ name }) => name)).toEqual(['journal', 'split'])
  })

  it('refuses a name that no view has, and leaves all as it was', async () => {
    const before = await liveIds()
    await expect(rebuildViews(tributary, ['nothing', 'journal'])).rejects.toThrow(UnknownProjection)
    expect(await liveIds()).toEqual(before)
  })
})
