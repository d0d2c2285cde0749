/** The import, moved to a real EventStoreDB: the same documents to the byte, but for positions, and a clean doctor. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { diagnose } from '../../app/doctor.ts'
import { bringViewsUp } from '../../app/projector.ts'
import { openTributary } from '../../app/tributary.ts'
import { runScript } from '../e2e/run-script.ts'
import { documentsByEvent } from '../support/documents-by-event.ts'
import { type EventStoreServer, ownEventStore, startOwnEventStore } from '../support/eventstore-server.ts'
import { describeWith } from '../support/needs.ts'
import { olistFolder } from './data-folder.ts'
import type { Imported } from './imported.ts'

/** What a data folder has beside its log and views. */
const beside = ['deployment.json', 'keys.db', 'master.key', 'signing-key.pem'] as const
const longest = 1_800_000

/** A copy of the log, with what belongs to it, in a folder of its own. */
const copyOf = async ({ tributary, folder }: Imported): Promise<string> => {
  const { log } = tributary
  if (log.kind !== 'file') throw new TypeError('The import is in a file.')
  const copy = mkdtempSync(join(tmpdir(), 'tributary-olist-moved-'))
  await log.store.backupTo(join(copy, 'events.db'))
  for (const name of beside)
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name))
  return copy
}

export const testMoved = (imported: () => Imported): void => {
  describeWith([ownEventStore], 'the import, moved to EventStoreDB', () => {
    let server: EventStoreServer | undefined
    let folder: string | undefined

    beforeAll(async () => {
      if (olistFolder === null) return
      server = await startOwnEventStore()
      await imported().doctor
      await bringViewsUp(imported().tributary)
      folder = await copyOf(imported())
    }, longest)

    afterAll(async () => {
      await server?.stop()
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    })

    it(
      'holds every event in order, the same documents to the byte but for positions, and passes the doctor',
      async () => {
        if (server === undefined || folder === undefined) throw new TypeError('Nothing was copied.')
        const ran = await runScript('migrate', '--to', server.url, '--data', folder, '--json')
        expect(ran).toMatchObject({ status: 0, err: '' })
        const moved = await openTributary({ folder, eventStoreUrl: server.url })
        try {
          expect(await documentsByEvent(moved)).toEqual(await documentsByEvent(imported().tributary))
          const { checks } = await diagnose(moved, { deep: true })
          expect(checks.filter(({ ok }) => !ok)).toEqual([])
        } finally {
          await moved.close()
        }
      },
      longest,
    )
  })
}
