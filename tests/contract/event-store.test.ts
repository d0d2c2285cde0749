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
