import { describe, expect, it } from 'vitest'
import type { Catalogue } from '../../eventstore/codec.ts'
import { HandlerClosed, Overloaded } from '../../eventstore/command.ts'
import { AppendTooLarge } from '../../eventstore/port.ts'
import { appendForeign, bench, door, engines, everything, meta, until } from './command-handler-kit.ts'
import { deposits, type WalletCommand, wallet, walletCatalogue } from './command-handler-wallet.ts'

const deposit = (amount: number): WalletCommand => ({ type: 'Deposit', amount })

describe.each(engines)('logs of other versions ($name)', ({ open }) => {
  it('skips event types that it does not know, counts them, and keeps the revisions', async () => {
    const { handler, store } = bench(await open())
    await appendForeign(store, 'wallet-1', { type: 'Deposited', data: { amount: 1 } })
    await appendForeign(store, 'wallet-1', { type: 'Donated', data: { amount: 2 } })
    const done = await handler.execute(wallet, '1', deposit(3), meta())

    expect(done).toMatchObject({ revision: 2, state: { entries: [1, 3] } })
    expect(await handler.read(deposits, '1')).toEqual({ revision: 2, state: 2 })
    expect(handler.stats().unknownEvents).toBe(1)
  })

  it('takes a newer version of a known type for unknown', async () => {
    const { handler, store } = bench(await open())
    const newer = { type: 'Deposited', data: { coins: [1, 2] }, schemaVersion: 2 }
    await appendForeign(store, 'wallet-1', newer)
    const done = await handler.execute(wallet, '1', deposit(3), meta())

    expect(done).toMatchObject({ revision: 1, state: { entries: [3] } })
    expect(handler.stats().unknownEvents).toBe(1)
  })

  it('takes a known type that this stream may not hold for unknown', async () => {
    const { handler, store } = bench(await open())
    await appendForeign(store, 'wallet-1', { type: 'Named', data: { name: 'x' } })
    const narrow = { ...wallet, types: ['Deposited'] as const }
    const { state, revision } = await handler.read(narrow, '1')

    expect([state.name, revision]).toEqual(['', 0])
    expect(handler.stats().unknownEvents).toBe(1)
  })

  it('reads older versions in the form of now, and writes the version of now', async () => {
    const catalogue: Catalogue = {
      current: (type) => (type === 'Deposited' ? 2 : walletCatalogue.current(type)),
      upcast: (type, version, data) => {
        const cents = Reflect.get(Object(data), 'cents')
        return type === 'Deposited' && version === 1 ? { amount: cents } : data
      },
    }
    const { handler, store } = bench(await open(), {}, catalogue)
    await appendForeign(store, 'wallet-1', { type: 'Deposited', data: { cents: 5 }, schemaVersion: 1 })
    const done = await handler.execute(wallet, '1', deposit(3), meta())

    expect(done.state.entries).toEqual([5, 3])
    expect((await everything(store, 'wallet-1')).map(({ schemaVersion }) => schemaVersion)).toEqual([1, 2])
  })
})

describe.each(engines)('what is kept in memory ($name)', ({ open }) => {
  it('reads long streams in pages of a thousand', async () => {
    const { handler, other, store } = bench(await open())
    const amounts = Array.from({ length: 1_000 }, (_, index) => index)
    for (let round = 0; round < 2; round += 1)
      await handler.execute(wallet, '1', { type: 'DepositMany', amounts }, meta())
    await handler.execute(wallet, '1', deposit(-1), meta())

    const limits: unknown[] = []
    store.onRead = (_stream, { from, limit }, proceed) => {
      limits.push([from, limit])
      return proceed()
    }
    const fresh = bench(store).handler
    const { state, revision } = await fresh.read(wallet, '1')
    expect([state.entries.length, state.entries.at(-1), revision]).toEqual([2_001, -1, 2_000])
    expect(limits).toEqual([
      [0, 1_000],
      [1_000, 1_000],
      [2_000, 1_000],
    ])
    expect((await other().execute(wallet, '1', deposit(1), meta())).revision).toBe(2_001)
  })

  it('makes new streams without a look at the log, and reads none that it keeps', async () => {
    const { handler, store } = bench(await open())
    for (const id of ['1', '2', '1', '2', '1']) await handler.execute(wallet, id, deposit(1), meta())
    expect(store.reads).toEqual([])
    expect(store.appends).toHaveLength(5)
    expect(handler.stats().conflicts).toBe(0)
  })

  it('reads a stream once where it took it for new and was wrong, and the next before it decides', async () => {
    const { handler, store } = bench(await open())
    for (const id of ['1', '2'])
      await appendForeign(store.inner, `wallet-${id}`, { type: 'Deposited', data: { amount: 9 } })
    for (const id of ['1', '2', '1', '2']) await handler.execute(wallet, id, deposit(1), meta())
    expect(store.reads).toEqual(['wallet-1', 'wallet-2'])
    expect(store.appends.map(({ stream, expectedRevision }) => [stream, expectedRevision])).toEqual([
      ['wallet-1', -1],
      ['wallet-1', 0],
      ['wallet-2', 0],
      ['wallet-1', 1],
      ['wallet-2', 1],
    ])
    expect(handler.stats().conflicts).toBe(0)
  })

  it('lets go of the streams used longest ago, past a number of streams', async () => {
    const { handler, store } = bench(await open(), { cachedStreams: 2 })
    for (const id of ['1', '2', '1', '3', '1', '2']) await handler.read(wallet, id)
    expect(store.reads).toEqual(['wallet-1', 'wallet-2', 'wallet-3', 'wallet-2'])
    expect(handler.stats().cachedStreams).toBe(2)
  })

  it('lets go of the streams used longest ago, past about a number of bytes', async () => {
    const { handler, store } = bench(await open(), { cachedBytes: 100_000 })
    const event = { type: 'Deposited', data: { amount: 1, note: 'x'.repeat(30_000) } }
    for (const id of ['1', '2', '3', '4']) {
      await appendForeign(store.inner, `wallet-${id}`, event)
      await handler.read(wallet, id)
    }
    expect(handler.stats()).toMatchObject({ cachedStreams: 3 })
    expect(handler.stats().cachedBytes).toBeLessThan(100_000)
    await handler.read(wallet, '2')
    await handler.read(wallet, '1')
    expect(store.reads).toEqual(['1', '2', '3', '4', '1'].map((id) => `wallet-${id}`))
  })

  it('counts a long stream by the state that it comes to, not by its events', async () => {
    const { handler } = bench(await open())
    const amounts = Array.from({ length: 1_000 }, () => 1)
    const sums = { ...wallet, evolve: (state: typeof wallet.initial) => state }
    for (let round = 0; round < 5; round += 1)
      await handler.execute(sums, '1', { type: 'DepositMany', amounts }, meta())
    expect(handler.stats().cachedBytes).toBeLessThan(700_000)
  })
})

describe.each(engines)('commands that wait ($name)', ({ open }) => {
  const shut = async (limits: Parameters<typeof bench>[1]) => {
    const made = bench(await open(), limits)
    const gate = door()
    made.store.onAppend = async (_append, proceed) => {
      await gate.opened
      return proceed()
    }
    return { ...made, gate }
  }

  it('are bounded in number: more are turned away at once', async () => {
    const { handler, gate } = await shut({ waiting: 3 })
    const taken = ['1', '2', '3'].map((id) => handler.execute(wallet, id, deposit(1), meta()))
    const away = handler.execute(wallet, '4', deposit(1), meta())
    await expect(away).rejects.toThrow(Overloaded)
    await expect(away).rejects.toMatchObject({ waiting: 3 })
    expect(handler.stats()).toMatchObject({ waiting: 3, mailboxes: 3 })

    gate.open()
    await Promise.all(taken)
    await expect(handler.execute(wallet, '4', deposit(1), meta())).resolves.toMatchObject({ revision: 0 })
    expect(handler.stats()).toMatchObject({ waiting: 0, mailboxes: 0, commands: 4, appends: 4, events: 4 })
  })

  it('are bounded in number on each stream', async () => {
    const { handler, store, gate } = await shut({ waitingPerStream: 2 })
    const taken = [handler.execute(wallet, '1', deposit(1), meta())]
    await until(() => store.appends.length === 1)
    taken.push(handler.execute(wallet, '1', deposit(1), meta()))
    await expect(handler.execute(wallet, '1', deposit(1), meta())).rejects.toThrow(Overloaded)
    taken.push(handler.execute(wallet, '2', deposit(1), meta()))
    gate.open()
    await Promise.all(taken)
  })

  it('are awaited by closing, which takes no more', async () => {
    const { handler, store, gate } = await shut({})
    const taken = handler.execute(wallet, '1', deposit(1), meta())
    await until(() => store.appends.length === 1)
    let closed = false
    const closing = handler.close().then(() => {
      closed = true
    })
    await expect(handler.execute(wallet, '2', deposit(1), meta())).rejects.toThrow(HandlerClosed)
    expect(closed).toBe(false)
    gate.open()
    await closing
    await expect(taken).resolves.toMatchObject({ revision: 0 })
    expect(handler.stats().waiting).toBe(0)
  })

  it('leave nothing to wait for once they are answered', async () => {
    const { handler } = bench(await open())
    await handler.drain()
    await Promise.allSettled([
      handler.execute(wallet, '1', deposit(1), meta()),
      handler.execute(wallet, '1', { type: 'Break' }, meta()),
    ])
    await handler.drain()
    expect(handler.stats()).toMatchObject({ waiting: 0, mailboxes: 0 })
  })

  it('that are not plain JSON are refused before they wait', async () => {
    const { handler } = bench(await open())
    const bad = handler.execute(wallet, '1', deposit(Number.POSITIVE_INFINITY), meta())
    await expect(bad).rejects.toThrow(TypeError)
    expect(handler.stats()).toMatchObject({ waiting: 0, mailboxes: 0, commands: 0 })
  })
})

describe.each(engines)('rehearsing ($name)', ({ open }) => {
  it('gives the state that the command would lead to, and writes nothing', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    const same = meta()
    expect((await handler.rehearse(wallet, '1', deposit(2), same)).entries).toEqual([1, 2])
    expect((await handler.read(wallet, '1')).state.entries).toEqual([1])
    expect(await everything(store, 'wallet-1')).toHaveLength(1)

    const done = await handler.execute(wallet, '1', deposit(2), same)
    expect(done).toMatchObject({ replayed: false, state: { entries: [1, 2] } })
  })

  it('sees the state as the commands ahead of it leave it, and leaves none behind', async () => {
    const { handler } = bench(await open())
    const [, rehearsed, done] = await Promise.all([
      handler.execute(wallet, '1', deposit(1), meta()),
      handler.rehearse(wallet, '1', deposit(2), meta()),
      handler.execute(wallet, '1', deposit(3), meta()),
    ])
    expect(rehearsed.entries).toEqual([1, 2])
    expect(done.state.entries).toEqual([1, 3])
  })

  it('sees what other processes have appended', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    await appendForeign(store, 'wallet-1', { type: 'Deposited', data: { amount: 2 } })
    expect((await handler.rehearse(wallet, '1', deposit(3), meta())).entries).toEqual([1, 2, 3])
  })

  it('fails as the command would', async () => {
    const { handler, store } = bench(await open())
    const used = meta()
    await handler.execute(wallet, '1', deposit(1), used)
    const rehearse = (command: WalletCommand, over = meta()) => handler.rehearse(wallet, '1', command, over)

    await expect(rehearse({ type: 'Withdraw', amount: 2 })).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await expect(rehearse(deposit(2), used)).rejects.toMatchObject({ code: 'KEY_REUSED' })
    await expect(rehearse(deposit(2), meta({ expectedRevision: 7 }))).rejects.toMatchObject({ actual: 0 })
    await expect(rehearse({ type: 'DecideNonsense' })).rejects.toThrow(TypeError)
    const amounts = Array.from({ length: 1_001 }, () => 1)
    await expect(rehearse({ type: 'DepositMany', amounts })).rejects.toThrow(AppendTooLarge)
    await expect(rehearse(deposit(1), used)).resolves.toMatchObject({ balance: 1 })
    expect(store.appends).toHaveLength(1)
  })
})
