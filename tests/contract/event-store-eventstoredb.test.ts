import { afterAll } from 'vitest'
import { eventStore } from '../support/eventstore-server.ts'
import { eventStoreContract } from './event-store.contract.ts'
import { contractServers } from './eventstore/eventstoredb-kit.ts'

const servers = contractServers()
afterAll(() => servers.stop())

eventStoreContract('EventStoreDB', () => servers.open(), [eventStore])
