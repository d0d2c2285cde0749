import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { allProjections } from '../projections/views/all.ts'
import { ProjectorThread } from './projector-thread.ts'
import { rebuildViews } from './rebuild.ts'
import { simulate } from './simulate/simulate.ts'
import { openTributary } from './tributary.ts'

const waitMs = 60_000

it('goes on from views that another process built anew, and takes that for no failure', async () => {
  vi.stubEnv('TRIBUTARY_LOG_LEVEL', 'warn')
  const folder = mkdtempSync(join(tmpdir(), 'tributary-replaced-'))
  const tributary = await openTributary({ folder })
  const failures: unknown[] = []
  const names = allProjections.map(({ name }) => name)
  const thread = new ProjectorThread(tributary, names, (error) => failures.push(error))
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await thread.stop()
    await tributary.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const sell = async (seed: number): Promise<string> => {
    await simulate(tributary, { members: 5, purchases: 5, seed, until: '2026-01-01T00:00:00.000Z' })
    return (await tributary.store.head()) ?? ''
  }
  await thread.start()
  expect(await thread.waitFor(await sell(1), waitMs)).toBe(true)
  await rebuildViews(tributary, [])
  expect(await thread.waitFor(await sell(2), waitMs)).toBe(true)
  // What was read up to there joins the rest a moment later.
  await vi.waitFor(async () => {
    const statuses = await thread.status()
    expect(statuses.filter(({ state }) => state !== 'live')).toEqual([])
  }, waitMs)
  expect(failures).toEqual([])
})
