import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { firstEvents } from '../eventstore/reads.ts'
import { makeOnce } from './make-once.ts'
import { simulate } from './simulate/simulate.ts'
import { openTributary } from './tributary.ts'

it('is made by one of several processes that were started on the same empty folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-sample-'))
  // As processes have them: engines of their own.
  const opened = await Promise.all([1, 2, 3].map(() => openTributary({ folder })))
  onTestFinished(async () => {
    for (const tributary of opened) await tributary.close()
    rmSync(folder, { recursive: true, force: true })
  })
  let made = 0
  await Promise.all(
    opened.map((tributary) =>
      makeOnce(
        tributary,
        'sample',
        async () => (await firstEvents(tributary.store, 2)).length < 2,
        async () => {
          made += 1
          await simulate(tributary, { members: 5, purchases: 5, seed: 1, until: '2026-01-01T00:00:00.000Z' })
        },
      ),
    ),
  )
  expect(made).toBe(1)
})

it('is made by the next where the one that was at it failed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-sample-'))
  const tributary = await openTributary({ folder })
  onTestFinished(async () => {
    await tributary.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const broken = async () => {
    throw new Error('Struck by lightning.')
  }
  const needed = async () => true
  await expect(makeOnce(tributary, 'sample', needed, broken)).rejects.toThrow('lightning')
  let made = 0
  await makeOnce(tributary, 'sample', needed, async () => {
    made += 1
  })
  expect(made).toBe(1)
})
