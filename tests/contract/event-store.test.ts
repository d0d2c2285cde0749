import { MemoryEventStore, memoryLog } from '../../eventstore/memory/memory-event-store.ts'
import { eventStoreContract } from './event-store.contract.ts'
import { openInFolder } from './eventstore/sqlite-kit.ts'

eventStoreContract('memory', async () => {
  const log = memoryLog()
  const store = new MemoryEventStore(log)
  const another = async () => new MemoryEventStore(log)
  return {
    store,
    beside: another,
    reopen: () => store.close().then(another),
    close: () => store.close(),
  }
})

eventStoreContract('SQLite', () => openInFolder())

eventStoreContract('SQLite with few names in memory', () => openInFolder({ namesHeld: 8 }))

eventStoreContract('SQLite with a thread that writes', () => openInFolder({ threadAfter: 0 }))

eventStoreContract('SQLite with a thread that writes and few names in memory', () =>
  openInFolder({ threadAfter: 0, namesHeld: 8 }),
)
