/** Logs of the embedded engine in folders of their own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  openSqliteEventStore,
  type SqliteEventStore,
  type SqliteOptions,
} from '../../../eventstore/sqlite/sqlite-event-store.ts'
import type { OpenedStore } from './kit.ts'

export interface Folder extends AsyncDisposable {
  readonly path: string
  /** Where the log belongs. */
  readonly file: string
}

/** A new folder, gone with all that is in it at the end of the scope. */
export const newFolder = async (): Promise<Folder> => {
  const path = await mkdtemp(join(tmpdir(), 'tributary-log-'))
  return {
    path,
    file: join(path, 'events.db'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

/** As the contract wants it. */
export const openInFolder = async (options?: SqliteOptions): Promise<OpenedStore> => {
  const folder = await newFolder()
  const stores: SqliteEventStore[] = []
  const openOne = async (): Promise<SqliteEventStore> => {
    const store = await openSqliteEventStore(folder.file, options)
    stores.push(store)
    return store
  }
  return {
    store: await openOne(),
    beside: openOne,
    reopen: async () => {
      for (const store of stores) await store.close()
      return openOne()
    },
    close: async () => {
      for (const store of stores) await store.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}
