import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProjectorEnded, ProjectorThread } from '../../app/projector-thread.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import { UnknownProjection } from '../../projections/unknown-projection.ts'
import { allProjections } from '../../projections/views/all.ts'

const waitMs = 60_000
const names = allProjections.map(({ name }) => name)
let folder: string
let tributary: Tributary
let failures: unknown[]
let projector: ProjectorThread | null

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-projector-'))
  tributary = await openTributary({ folder })
  failures = []
  projector = null
})
afterEach(async () => {
  await projector?.stop()
  await tributary.close()
  rmSync(folder, { recursive: true, force: true })
})

const threadFrom = (entry?: URL): ProjectorThread => {
  projector = new ProjectorThread(tributary, names, (error) => failures.push(error), entry)
  return projector
}

const sell = (seed: number): Promise<unknown> =>
  simulate(tributary, { members: 20, purchases: 20, seed, until: '2026-01-01T00:00:00.000Z' })

const headOf = async (): Promise<string> => (await tributary.store.head()) ?? ''

describe('the projector in a thread', () => {
  it('keeps the views up with what this process appends, and says how far they are', async () => {
    const thread = threadFrom()
    await thread.start()
    await sell(1)
    const head = await headOf()
    expect(await thread.waitFor(head, waitMs)).toBe(true)
    expect(await thread.waitFor(head, 0, ['matrix'])).toBe(true)
    expect(await thread.whenReady(waitMs)).toBe(true)
    const statuses = await thread.status()
    expect(statuses.map(({ name }) => name)).toEqual(names)
    expect(statuses.every(({ position, state }) => position === head && state === 'live')).toBe(true)
    const live = await tributary.documents.live('purchases')
    expect(await live?.count({ collection: 'purchases' }, 1_000)).toBe(20)
    expect(failures).toEqual([])
  })

  it('answers in time that a view is not there yet, and refuses a name that no view has', async () => {
    const thread = threadFrom()
    await thread.start()
    expect(await thread.waitFor('999999', 20)).toBe(false)
    await expect(thread.waitFor('1', 0, ['nothing'])).rejects.toThrow(UnknownProjection)
  })

  it('tells who starts it why it cannot', async () => {
    const views = new DatabaseSync(join(folder, 'views.db'))
    views.exec('PRAGMA user_version = 999')
    views.close()
    await expect(threadFrom().start()).rejects.toThrow(/views\.db/)
  })

  it('is started again where it dies, and goes on from what it wrote', async () => {
    const thread = threadFrom(new URL('./projector-dying-child.ts', import.meta.url))
    await thread.start()
    await sell(1)
    expect(await thread.waitFor(await headOf(), waitMs)).toBe(true)
    expect(existsSync(join(folder, 'died'))).toBe(true)
    expect(failures).toEqual([expect.any(ProjectorEnded)])
    const live = await tributary.documents.live('purchases')
    expect(await live?.count({ collection: 'purchases' }, 1_000)).toBe(20)
  })
})
