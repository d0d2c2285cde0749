import { describe, expect, it } from 'vitest'
import { append, eventsOf } from '../tests/contract/eventstore/kit.ts'
import { digestSince, EventMissing, verifySeal } from './log-seal.ts'
import { MemoryEventStore, memoryLog } from './memory/memory-event-store.ts'
import { merkleTree } from './merkle.ts'

const grown = async () => {
  const log = memoryLog()
  const store = new MemoryEventStore(log)
  const events = [...eventsOf('case-one', 0, 3), ...eventsOf('case-@other', 0, 2)]
  await append(store, events.slice(0, 3))
  await append(store, events.slice(3))
  return { log, store, events }
}

const rootOf = (hashes: readonly string[]): string => {
  const tree = merkleTree()
  for (const hash of hashes) tree.add(hash)
  return tree.root()
}

describe('a digest of the log', () => {
  it('covers all events from the beginning where there was no seal', async () => {
    const { store, events } = await grown()
    expect(await digestSince(store, null)).toEqual({
      from: null,
      through: 'case-@other@1',
      count: 5,
      root: rootOf(events.map(({ hash }) => hash)),
    })
  })

  it('covers what came after the last seal', async () => {
    const { store, events } = await grown()
    expect(await digestSince(store, 'case-one@1')).toEqual({
      from: 'case-one@1',
      through: 'case-@other@1',
      count: 3,
      root: rootOf(events.slice(2).map(({ hash }) => hash)),
    })
  })

  it('covers nothing where nothing came after it, or the log is empty', async () => {
    const { store } = await grown()
    expect(await digestSince(store, 'case-@other@1')).toBeNull()
    expect(await digestSince(new MemoryEventStore(), null)).toBeNull()
  })

  it.each(['case-none@0', 'case-one@99', 'case-one', '', 'case-one@x', '@1'])(
    'cannot begin after "%s", which is not in the log',
    async (name) => {
      const { store } = await grown()
      await expect(digestSince(store, name)).rejects.toThrow(EventMissing)
    },
  )

  it('spans many pages', async () => {
    const store = new MemoryEventStore()
    const events = eventsOf('case-long', 0, 2_500)
    for (const first of [0, 1_000, 2_000]) await append(store, events.slice(first, first + 1_000))
    expect(await digestSince(store, 'case-long@4')).toMatchObject({ count: 2_495, through: 'case-long@2499' })
  })
})

describe('a seal', () => {
  it('agrees with the log it was made of, also after more was appended', async () => {
    const { store } = await grown()
    const seal = (await digestSince(store, null)) ?? expect.unreachable()
    await append(store, eventsOf('case-later', 0, 3))
    expect(await verifySeal(store, seal)).toBeNull()
    const next = (await digestSince(store, seal.through)) ?? expect.unreachable()
    expect(next).toMatchObject({ from: seal.through, count: 3 })
    expect(await verifySeal(store, next)).toBeNull()
  })

  it('shows that an event was changed', async () => {
    const { store, log } = await grown()
    const seal = (await digestSince(store, null)) ?? expect.unreachable()
    const [first] = log.events
    if (first !== undefined) log.events[0] = { ...first, data: '{"forged":true}' }
    expect(await verifySeal(store, seal)).toContain('not those that were sealed')
  })

  it('shows that two events changed places', async () => {
    const { store, log } = await grown()
    const seal = (await digestSince(store, null)) ?? expect.unreachable()
    log.events.splice(1, 2, ...log.events.slice(1, 3).reverse())
    expect(await verifySeal(store, seal)).toContain('not those that were sealed')
  })

  it('shows that an event is missing', async () => {
    const { store, log } = await grown()
    const seal = (await digestSince(store, null)) ?? expect.unreachable()
    log.events.splice(1, 1)
    expect(await verifySeal(store, seal)).toContain('covers 5 events; the log has 4')
  })

  it('shows that the end of the log is missing', async () => {
    const { store, log } = await grown()
    const seal = (await digestSince(store, null)) ?? expect.unreachable()
    log.events.pop()
    log.streams.get('case-@other')?.pop()
    expect(await verifySeal(store, seal)).toContain('does not have the event case-@other@1')
  })
})
