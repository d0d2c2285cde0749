import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openMemoryDocumentStore } from '../../projections/memory/document-store.ts'
import { openSqliteDocumentStore } from '../../projections/sqlite/document-store.ts'
import { documentStoreContract } from './document-store.contract.ts'

documentStoreContract({
  name: 'memory',
  isShared: false,
  open: async () => {
    const store = openMemoryDocumentStore()
    return { store, another: async () => store, dispose: async () => {} }
  },
})

documentStoreContract({
  name: 'SQLite',
  isShared: true,
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'views-'))
    const path = join(folder, 'views.db')
    return {
      store: openSqliteDocumentStore({ path }),
      another: async () => openSqliteDocumentStore({ path }),
      dispose: () => rm(folder, { recursive: true }),
    }
  },
})
