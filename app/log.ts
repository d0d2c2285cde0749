/** The log that the configuration names: a file of the data folder, or an EventStoreDB. */
import { existsSync } from 'node:fs'
import type { LogHealth } from '../api/services.ts'
import {
  type EventStoreDbEventStore,
  openEventStoreDb,
} from '../eventstore/eventstoredb/eventstoredb-event-store.ts'
import { openSqliteEventStore, type SqliteEventStore } from '../eventstore/sqlite/sqlite-event-store.ts'
import { filesIn } from './data-folder.ts'

export type OpenedLog =
  | { readonly kind: 'file'; readonly file: string; readonly store: SqliteEventStore }
  /** `url` may hold a password. */
  | { readonly kind: 'server'; readonly url: string; readonly store: EventStoreDbEventStore }

/** The folder has a log of its own, and a server is configured, or it had one that was moved to a server. */
export class LogElsewhere extends Error {
  override readonly name = 'LogElsewhere'
}

/** @throws {LogElsewhere} where what is configured is not where the folder's log is */
const refuseTheOther = (folder: string, eventStoreUrl: string | null): void => {
  const { log, moved } = filesIn(folder)
  if (eventStoreUrl !== null && existsSync(log) && !existsSync(moved))
    throw new LogElsewhere(
      `The log of ${folder} is the file ${log}, but TRIBUTARY_EVENTSTORE_URL names a server. Move it there with npm run migrate, or unset the variable. Nothing was changed.`,
    )
  if (eventStoreUrl === null && existsSync(moved))
    throw new LogElsewhere(
      `The log of ${folder} was moved to a server: set TRIBUTARY_EVENTSTORE_URL to it. What ${log} holds is no longer the whole log. Nothing was changed.`,
    )
}

/** `readsOnly`: nothing will be appended. @throws {LogElsewhere | BadEventStoreUrl | DataFolderTooNew | NotALog | StoreUnavailable} */
export const openLog = async (
  folder: string,
  eventStoreUrl: string | null,
  { readsOnly = false }: { readonly readsOnly?: boolean } = {},
): Promise<OpenedLog> => {
  refuseTheOther(folder, eventStoreUrl)
  if (eventStoreUrl !== null)
    return {
      kind: 'server',
      url: eventStoreUrl,
      store: await openEventStoreDb(eventStoreUrl, { warmUp: !readsOnly }),
    }
  const file = filesIn(folder).log
  return { kind: 'file', file, store: await openSqliteEventStore(file) }
}

/** What a thread of this process opens the same log by. */
export const urlOf = (log: OpenedLog): string | null => (log.kind === 'server' ? log.url : null)

/** What the engine is called, and why it takes no appends. */
export const logHealthOf = (log: OpenedLog): LogHealth =>
  log.kind === 'server'
    ? { engine: 'eventstoredb', trouble: () => log.store.trouble }
    : { engine: 'sqlite', trouble: () => null }
