import { afterAll } from 'vitest'
import { ownEventStore } from '../support/eventstore-server.ts'
import { eventStoreContract } from './event-store.contract.ts'
import { twoServers } from './eventstore/eventstoredb-kit.ts'

const servers = twoServers()
afterAll(() => servers.stop())

eventStoreContract('EventStoreDB', () => servers.open(), [ownEventStore])
