/** What a thread that works on views opens of a data folder: connections of its own, as another process has. */
import { currentVersion, upcast } from '../domain/upcasting.ts'
import { createCodec } from '../eventstore/codec.ts'
import { systemClock } from '../platform/clock.ts'
import { openSqliteDocumentStore } from '../projections/sqlite/document-store.ts'
import { filesIn } from './data-folder.ts'
import { openLog } from './log.ts'
import type { ProjectorEngines } from './projector.ts'

export interface ViewEngines extends ProjectorEngines {
  close(): Promise<void>
}

/** @throws as `openTributary`, but founds nothing */
export const openViewEngines = async (
  folder: string,
  eventStoreUrl: string | null,
  partitions: number,
): Promise<ViewEngines> => {
  const files = filesIn(folder)
  const { store } = await openLog(folder, eventStoreUrl, { readsOnly: true })
  const documents = openSqliteDocumentStore({ path: files.views })
  return {
    store,
    documents,
    partitions,
    codec: createCodec({ current: currentVersion, upcast }),
    clock: systemClock,
    close: async () => {
      await documents.close()
      await store.close()
    },
  }
}
