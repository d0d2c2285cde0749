import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { handledForMs } from '../queue.ts'
import { openJobFile } from './job-file.ts'
import { jobTable } from './job-table.ts'

it('forgets what was handled long ago, and nothing that waits', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-jobs-'))
  const database = openJobFile(join(folder, 'jobs.db'), 'deployment_1')
  const table = jobTable(database)
  const put = (id: string, now: number) => table.put('q', [{ id, name: 'n', data: '{}' }], now, () => null)
  const doAll = (now: number) => {
    for (const claimed of table.claim('q', `w.${now}`, 10, now, 1_000)) table.done(claimed, now)
  }
  put('old', 1)
  doAll(2)
  put('waits', 3)
  put('late', 4)
  const now = 10 + handledForMs
  for (const claimed of table.claim('q', 'w.late', 10, 5, 1_000))
    if (claimed.id === 'late') table.done(claimed, now)
    else table.again(claimed, now, null, 5)
  put('new', now)
  doAll(now + 1)
  expect(table.forget(now, 0)).toBeNull()
  const handled = ['old', 'late', 'new'].map((id) => table.isHandled('q', id))
  expect(handled).toEqual([false, true, true])
  put('old', now)
  expect(table.find('q', 'old', now)).toMatchObject({ state: 'WAITING' })
  database.close()
  rmSync(folder, { recursive: true })
})
