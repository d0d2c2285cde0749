import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEventStoreDb } from '../../eventstore/eventstoredb/eventstoredb-event-store.ts'
import { OutcomeUnknown, StoreUnavailable, WrongExpectedRevision } from '../../eventstore/port.ts'
import { append, eventsOf, newStream, readAll, withoutPosition } from '../contract/eventstore/kit.ts'
import type { AppendFault, ReadFault } from '../support/eventstore-protocol/faults.ts'
import { RecordLog } from '../support/eventstore-protocol/record-log.ts'
import { type ProtocolServer, startProtocolServer } from '../support/eventstore-protocol.ts'
import { until } from '../support/until.ts'
import { expectSoundAfter, Follower, Load, shortTimes } from './eventstoredb-load.ts'

const width = 16
/** Whoever appends a single thing waits for the connection, however long that takes. */
const patient = { ...shortTimes, patienceMs: 30_000 }

let log: RecordLog
let server: ProtocolServer
/** Another node of the same log. */
let other: ProtocolServer
beforeEach(async () => {
  log = new RecordLog()
  server = await startProtocolServer(log)
  other = await startProtocolServer(log)
})
afterEach(async () => {
  await server.stop()
  await other.stop()
})

const appendFaults: readonly (readonly [string, (port: number) => AppendFault])[] = [
  ['drops the answer after the commit', () => ({ kind: 'drop-answer' })],
  ['drops the append', () => ({ kind: 'drop-request' })],
  ['goes away after the commit', () => ({ kind: 'break', written: true })],
  ['goes away before the commit', () => ({ kind: 'break', written: false })],
  ['gives up after the commit', () => ({ kind: 'deadline', written: true })],
  ['gives up before the commit', () => ({ kind: 'deadline', written: false })],
  ['is no leader any more', (leaderPort) => ({ kind: 'not-leader', leaderPort })],
  ['says that it is not ready', () => ({ kind: 'not-ready' })],
  ['says that the stream is further than it is', () => ({ kind: 'wrong-version', actual: 41 })],
  ['says that there is no stream', () => ({ kind: 'wrong-version', actual: null })],
]

describe('commands in flight at a server that', () => {
  it.each(appendFaults)('%s are each done once, and the clients go on by themselves', async (_, fault) => {
    const load = await Load.start(server.url, { lanes: width, times: shortTimes })
    const follower = await Follower.start(server.url, shortTimes)
    for (const times of [1, 3, width]) {
      await load.progress(width)
      server.faults.appends.add(fault(other.port), times)
      await until('the faults have happened', () => server.faults.appends.left === 0)
    }
    await load.progress(2 * width)
    await expectSoundAfter(server.url, [load], follower)
  })
})

describe('an append to a server that', () => {
  it.each(appendFaults.slice(0, 6))(
    '%s is told to have an unknown outcome, and can be repeated',
    async (_, fault) => {
      const store = await openEventStoreDb(server.url, patient)
      server.faults.appends.add(fault(other.port))
      const events = eventsOf(newStream(), 0, 3)
      // Where the server gave up, the adapter may look, and find it.
      const first = await append(store, events).catch((error: unknown) => error)
      if (first instanceof Error) expect(first).toBeInstanceOf(OutcomeUnknown)
      const again = await until('the repeat is answered', () => append(store, events))
      expect(withoutPosition(await readAll(store))).toEqual(events)
      expect(again).toMatchObject({ revision: 2, position: await store.head() })
      await store.close()
    },
  )

  it('says wrongly that the stream has moved is told by what stands there', async () => {
    const store = await openEventStoreDb(server.url, patient)
    const events = eventsOf(newStream(), 0, 2)
    const answer = await append(store, events)
    server.faults.appends.add({ kind: 'wrong-version', actual: 1 })
    expect(await append(store, events)).toEqual(answer)
    server.faults.appends.add({ kind: 'wrong-version', actual: 1 })
    await expect(append(store, eventsOf(newStream(), 0, 2))).rejects.toThrow(WrongExpectedRevision)
    await store.close()
  })
})

const readFaults: readonly (readonly [string, (port: number) => ReadFault])[] = [
  ['stalls before the first record', () => ({ kind: 'stall', after: 0 })],
  ['stalls in the middle', () => ({ kind: 'stall', after: 2 })],
  ['goes away in the middle', () => ({ kind: 'break', after: 2 })],
  ['gives up in the middle', () => ({ kind: 'deadline', after: 2 })],
  ['is no leader any more', (leaderPort) => ({ kind: 'not-leader', leaderPort })],
]

describe('a read of a server that', () => {
  it.each(readFaults.slice(0, 4))(
    '%s fails in time, gives no part for the whole, and works the next time',
    async (_, fault) => {
      const store = await openEventStoreDb(server.url, patient)
      const events = eventsOf(newStream(), 0, 5)
      const [{ stream }] = events.slice(0, 1) as [(typeof events)[number]]
      await append(store, events)
      server.faults.streamReads.add(fault(other.port))
      await expect(store.readStream(stream)).rejects.toThrow(StoreUnavailable)
      expect(withoutPosition(await until('it is read', () => store.readStream(stream)))).toEqual(events)
      server.faults.logReads.add(fault(other.port))
      await expect(store.readLog(null, 100)).rejects.toThrow(StoreUnavailable)
      expect(withoutPosition(await until('the log is read', () => readAll(store)))).toEqual(events)
      await store.close()
    },
  )

  it('is no leader any more is left for the one that is', async () => {
    const store = await openEventStoreDb(server.url, patient)
    const events = eventsOf(newStream(), 0, 5)
    await append(store, events)
    server.faults.logReads.add({ kind: 'not-leader', leaderPort: other.port })
    await expect(readAll(store)).rejects.toThrow(StoreUnavailable)
    expect(withoutPosition(await until('the log is read', () => readAll(store)))).toEqual(events)
    expect(other.asked).toContain('read $all')
    await store.close()
  })

  it('stalls on one of two leaves no part of the other for the whole, though both lose their connection', async () => {
    const store = await openEventStoreDb(server.url, patient)
    const events = eventsOf(newStream(), 0, 5)
    const stream = events[0]?.stream ?? ''
    await append(store, events)
    server.faults.streamReads.add({ kind: 'stall', after: 0 })
    server.faults.streamReads.add({ kind: 'stall', after: 2 })
    const first = store.readStream(stream).catch((error: unknown) => error)
    await until('the first was asked', () => server.faults.streamReads.left === 1)
    await sleep(shortTimes.readMs / 2)
    const second = store.readStream(stream).catch((error: unknown) => error)
    expect([await first, await second]).toEqual([expect.any(StoreUnavailable), expect.any(StoreUnavailable)])
    await store.close()
  })

  it('is under way when the store is closed gives no part for the whole', async () => {
    const store = await openEventStoreDb(server.url, patient)
    const events = eventsOf(newStream(), 0, 5)
    await append(store, events)
    server.faults.streamReads.add({ kind: 'stall', after: 2 })
    const reading = store.readStream(events[0]?.stream ?? '').catch((error: unknown) => error)
    await until('it was asked', () => server.faults.streamReads.left === 0)
    await store.close()
    expect(await reading).toBeInstanceOf(StoreUnavailable)
  })

  it('fails at times costs a follower and its writers nothing but time', async () => {
    const load = await Load.start(server.url, { lanes: width, times: shortTimes })
    const follower = await Follower.start(server.url, shortTimes)
    for (const [, fault] of readFaults) {
      await load.progress(width)
      server.faults.streamReads.add(fault(other.port))
      server.faults.logReads.add(fault(other.port))
      await until('the log was read in vain', () => server.faults.logReads.left === 0)
    }
    server.faults.streamReads.clear()
    await load.progress(2 * width)
    await expectSoundAfter(server.url, [load], follower)
  })
})
