import { randomUUID } from 'node:crypto'
import {
  BACKWARDS,
  END,
  type EventData,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  type ReadStreamOptions,
} from '@eventstore/db-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ProtocolServer, startProtocolServer } from './eventstore-protocol.ts'
import { until } from './until.ts'

let server: ProtocolServer
let client: EventStoreDBClient
beforeEach(async () => {
  server = await startProtocolServer()
  client = EventStoreDBClient.connectionString(server.url)
})
afterEach(async () => {
  await client.dispose()
  await server.stop()
})

const event = (n: number, id: string = randomUUID()): EventData =>
  jsonEvent({ id, type: 'Counted', data: { n }, metadata: { by: 'me' } })

const append = (stream: string, expected: number, ...events: EventData[]) =>
  client.appendToStream(stream, events, { expectedRevision: expected < 0 ? NO_STREAM : BigInt(expected) })

const numbers = async (stream: string, options: ReadStreamOptions = {}): Promise<readonly unknown[]> => {
  const found: unknown[] = []
  for await (const { event } of client.readStream<{ type: string; data: { n: number } }>(stream, options))
    found.push(event?.data.n)
  return found
}

describe('the test server, asked as the client asks real ones', () => {
  it('gives back what was appended, in order, in either direction, from where and as much as wanted', async () => {
    expect(await append('count-1', -1, event(0), event(1))).toMatchObject({ nextExpectedRevision: 1n })
    await append('count-1', 1, event(2))
    expect(await numbers('count-1')).toEqual([0, 1, 2])
    expect(await numbers('count-1', { fromRevision: 1n, maxCount: 1 })).toEqual([1])
    expect(await numbers('count-1', { direction: BACKWARDS, fromRevision: END })).toEqual([2, 1, 0])
    expect(await numbers('count-1', { direction: BACKWARDS, fromRevision: 1n })).toEqual([1, 0])
  })

  it('keeps ids, types, metadata and times', async () => {
    const id = randomUUID()
    const before = Date.now()
    const { position } = await append('count-1', -1, event(7, id))
    for await (const { event } of client.readStream('count-1')) {
      expect(event).toMatchObject({
        id,
        type: 'Counted',
        isJson: true,
        metadata: { by: 'me' },
        revision: 0n,
        position,
      })
      expect(event?.created.getTime()).toBeGreaterThanOrEqual(before)
    }
  })

  it('gives the log of all streams from a position on, and backwards from before one', async () => {
    await append('count-1', -1, event(0))
    const { position } = await append('count-2', -1, event(1))
    await append('count-1', 0, event(2))
    if (position === undefined) throw new Error('no position')
    const read = async (
      options: Parameters<EventStoreDBClient['readAll']>[0],
    ): Promise<readonly unknown[]> => {
      const found: unknown[] = []
      for await (const { event } of client.readAll(options)) found.push(event?.data)
      return found
    }
    expect(await read({})).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }])
    expect(await read({ fromPosition: position })).toEqual([{ n: 1 }, { n: 2 }])
    expect(await read({ fromPosition: position, direction: BACKWARDS })).toEqual([{ n: 0 }])
    expect(await read({ fromPosition: END, direction: BACKWARDS, maxCount: 1 })).toEqual([{ n: 2 }])
  })

  it('knows no stream that was never written to, and has metadata of streams', async () => {
    await expect(numbers('count-9')).rejects.toMatchObject({ type: 'stream-not-found' })
    await client.setStreamMetadata('count-1', { kept: 'yes' }, { expectedRevision: NO_STREAM })
    expect(await client.getStreamMetadata('count-1')).toMatchObject({ metadata: { kept: 'yes' } })
  })

  it('takes the same records again, and refuses others at a revision that is taken', async () => {
    const [one, two] = [event(0), event(1)]
    await append('count-1', -1, one, two)
    await append('count-1', 1, event(2))
    expect(await append('count-1', -1, one, two)).toMatchObject({ success: true, nextExpectedRevision: 1n })
    await expect(append('count-1', 0, event(3))).rejects.toMatchObject({
      type: 'wrong-expected-version',
      actualVersion: 2n,
    })
    await expect(append('count-2', 4, event(3))).rejects.toMatchObject({ actualVersion: 'no_stream' })
    expect(await numbers('count-1')).toEqual([0, 1, 2])
  })

  it('takes an append that comes in several messages, and one of nothing', async () => {
    const big = Array.from({ length: 8 }, (_, n) =>
      jsonEvent({ type: 'Big', data: { n, text: 'x'.repeat(900) } }),
    )
    await client.appendToStream('count-1', big, { expectedRevision: NO_STREAM, batchAppendSize: 2_000 })
    expect(await numbers('count-1')).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(await append('count-2', -1)).toMatchObject({ success: true })
    await expect(numbers('count-2')).rejects.toMatchObject({ type: 'stream-not-found' })
  })

  it('is found by gossip', async () => {
    const found = EventStoreDBClient.connectionString(
      `esdb://127.0.0.1:${server.port},127.0.0.1:${server.port}?tls=false`,
    )
    await found.appendToStream('count-1', event(1), { expectedRevision: NO_STREAM })
    expect(await numbers('count-1')).toEqual([1])
    await found.dispose()
  })
})

describe('a fault of an append', () => {
  it('lets the log have it and nobody know', async () => {
    server.faults.appends.add({ kind: 'drop-answer' })
    const told = append('count-1', -1, event(0)).catch(() => 'ended')
    await until('it was asked', () => server.asked.includes('append count-1'))
    await append('count-2', -1, event(1))
    expect(await Promise.race([told, numbers('count-1')])).toEqual([0])
  })

  it('lets neither the log have it nor anybody know', async () => {
    server.faults.appends.add({ kind: 'drop-request' })
    append('count-1', -1, event(0)).catch(() => 'ended')
    await until('it was asked', () => server.asked.includes('append count-1'))
    await append('count-2', -1, event(1))
    await expect(numbers('count-1')).rejects.toMatchObject({ type: 'stream-not-found' })
  })

  it.each([true, false])('ends the stream of all appends, written: %s', async (written) => {
    server.faults.appends.add({ kind: 'drop-request' })
    const other = append('count-2', -1, event(1))
    await until('it was asked', () => server.asked.includes('append count-2'))
    server.faults.appends.add({ kind: 'break', written })
    const one = append('count-1', -1, event(0))
    await expect(other).rejects.toMatchObject({ type: 'unavailable' })
    await expect(one).rejects.toMatchObject({ type: 'unavailable' })
    expect(await numbers('count-1').catch(() => null)).toEqual(written ? [0] : null)
  })

  it.each([true, false])('is the server’s own time-out, written: %s', async (written) => {
    server.faults.appends.add({ kind: 'deadline', written })
    await expect(append('count-1', -1, event(0))).rejects.toMatchObject({ type: 'deadline-exceeded' })
    expect(await numbers('count-1').catch(() => null)).toEqual(written ? [0] : null)
  })

  it('sends clients to another node, and they go', async () => {
    const other = await startProtocolServer()
    server.faults.appends.add({ kind: 'not-leader', leaderPort: other.port })
    await expect(append('count-1', -1, event(0))).rejects.toMatchObject({
      type: 'not-leader',
      leader: { address: '127.0.0.1', port: other.port },
    })
    await append('count-1', -1, event(0))
    expect(other.asked).toEqual(['append count-1'])
    await other.stop()
  })

  it('refuses what fits, or is not ready', async () => {
    server.faults.appends.add({ kind: 'wrong-version', actual: null })
    await expect(append('count-1', 3, event(0))).rejects.toMatchObject({ actualVersion: 'no_stream' })
    server.faults.appends.add({ kind: 'wrong-version', actual: 5 })
    await expect(append('count-1', 3, event(0))).rejects.toMatchObject({ actualVersion: 5n })
    server.faults.appends.add({ kind: 'not-ready' })
    await expect(append('count-1', -1, event(0))).rejects.toThrow('Server Is Not Ready')
  })

  it('comes as often as told, in order, and spares what the server keeps for itself', async () => {
    server.faults.appends.add({ kind: 'not-ready' }, 2)
    await client.setStreamMetadata('count-1', { kept: 'yes' }, { expectedRevision: NO_STREAM })
    await append('count-1', -1)
    expect(server.faults.appends.left).toBe(2)
    for (let turn = 0; turn < 2; turn += 1)
      await expect(append('count-1', -1, event(0))).rejects.toThrow('Server Is Not Ready')
    await append('count-1', -1, event(0))
    expect(server.asked).toHaveLength(3)
  })
})

describe('a fault of a read', () => {
  beforeEach(() => append('count-1', -1, event(0), event(1), event(2)))

  it('stalls after a few records, without a word', async () => {
    server.faults.streamReads.add({ kind: 'stall', after: 2 })
    const found: unknown[] = []
    const reading = client.readStream('count-1')
    reading.on('data', ({ event }) => found.push(event?.data))
    const over = new Promise((resolve) => reading.on('end', resolve).on('error', resolve))
    await until('two came', () => found.length === 2)
    expect(await Promise.race([over, numbers('count-1')])).toEqual([0, 1, 2])
    await reading.cancel()
  })

  it('ends in the middle, as on a server that goes away', async () => {
    server.faults.streamReads.add({ kind: 'break', after: 1 })
    await expect(numbers('count-1')).rejects.toMatchObject({ type: 'unavailable' })
    expect(await numbers('count-1')).toEqual([0, 1, 2])
  })

  it('is the server’s own time-out', async () => {
    server.faults.streamReads.add({ kind: 'deadline', after: 1 })
    await expect(numbers('count-1')).rejects.toMatchObject({ type: 'deadline-exceeded' })
  })

  it('sends clients to another node', async () => {
    server.faults.streamReads.add({ kind: 'not-leader', leaderPort: server.port })
    await expect(numbers('count-1')).rejects.toMatchObject({ type: 'not-leader' })
    expect(await numbers('count-1')).toEqual([0, 1, 2])
  })

  it('of the log befalls no read of a stream', async () => {
    server.faults.logReads.add({ kind: 'break', after: 0 })
    expect(await numbers('count-1')).toEqual([0, 1, 2])
    const reading = async (): Promise<void> => {
      for await (const _ of client.readAll()) expect.unreachable()
    }
    await expect(reading()).rejects.toMatchObject({ type: 'unavailable' })
  })
})
