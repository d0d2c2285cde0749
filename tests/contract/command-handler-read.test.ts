import { describe, expect, it } from 'vitest'
import { appendForeign, bench, door, engines, meta } from './command-handler-kit.ts'
import { deposits, type WalletCommand, wallet } from './command-handler-wallet.ts'

const deposit = (amount: number): WalletCommand => ({ type: 'Deposit', amount })
const foreignDeposit = { type: 'Deposited', data: { amount: 100 } }

describe.each(engines)('reading states ($name)', ({ open }) => {
  it('gives the first state at -1 where there is no stream', async () => {
    const { handler } = bench(await open())
    expect(await handler.read(wallet, 'none')).toEqual({ state: wallet.initial, revision: -1 })
    expect(await handler.readFresh(wallet, 'none')).toEqual({ state: wallet.initial, revision: -1 })
  })

  it('is fresh within a second, or as of now where that is asked', async () => {
    const { handler, store, clock } = bench(await open())
    await handler.read(wallet, '1')
    await appendForeign(store, 'wallet-1', foreignDeposit)
    expect((await handler.read(wallet, '1')).revision).toBe(-1)
    expect((await handler.readFresh(wallet, '1')).revision).toBe(0)
    await appendForeign(store, 'wallet-1', foreignDeposit)
    expect((await handler.read(wallet, '1')).revision).toBe(0)
    clock.advance(1_001)
    expect((await handler.read(wallet, '1')).revision).toBe(1)
  })

  it('counts the second from when the reading began', async () => {
    const { handler, store, clock } = bench(await open())
    store.onRead = async (_stream, _read, proceed) => {
      const events = await proceed()
      clock.advance(600)
      return events
    }
    await handler.read(wallet, '1')
    clock.advance(400)
    await handler.read(wallet, '1')
    expect(store.reads).toHaveLength(1)
    clock.advance(1)
    await handler.read(wallet, '1')
    expect(store.reads).toHaveLength(2)
  })

  it('reads once for all who ask at the same time', async () => {
    const { handler, store } = bench(await open())
    await appendForeign(store, 'wallet-1', foreignDeposit)
    store.reads.length = 0
    const states = await Promise.all([1, 2, 3].map(() => handler.read(wallet, '1')))
    expect(states.map(({ revision }) => revision)).toEqual([0, 0, 0])
    expect(store.reads).toHaveLength(1)
  })

  it('does not join a reading that began more than a second ago', async () => {
    const { handler, store, clock } = bench(await open())
    const gate = door()
    store.onRead = async (_stream, _read, proceed) => {
      const events = await proceed()
      if (store.reads.length === 1) await gate.opened
      return events
    }
    const slow = handler.read(wallet, '1')
    await appendForeign(store.inner, 'wallet-1', foreignDeposit)
    clock.advance(1_001)
    expect((await handler.read(wallet, '1')).revision).toBe(0)
    gate.open()
    expect((await slow).revision).toBe(0)
  })

  it('folds one stream in two ways without mixing them up', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', { type: 'DepositMany', amounts: [5, 6] }, meta())
    expect(await handler.read(deposits, '1')).toEqual({ state: 2, revision: 1 })
    await handler.execute(wallet, '1', deposit(7), meta())
    expect(await handler.read(deposits, '1')).toEqual({ state: 3, revision: 2 })
    await appendForeign(store, 'wallet-1', foreignDeposit)
    expect((await handler.readFresh(deposits, '1')).state).toBe(4)
    const done = await handler.execute(wallet, '1', deposit(8), meta())
    expect(done).toMatchObject({ revision: 4, state: { balance: 126 } })
  })

  it('folds one stream in two ways at the same time', async () => {
    const { handler, store } = bench(await open())
    await appendForeign(store, 'wallet-1', foreignDeposit)
    const [one, two] = await Promise.all([handler.read(wallet, '1'), handler.read(deposits, '1')])
    expect([one.state.balance, two.state]).toEqual([100, 1])
  })

  it('takes no event twice where two read at the same time', async () => {
    const { handler, store } = bench(await open())
    await appendForeign(store.inner, 'wallet-1', foreignDeposit)
    const states = await Promise.all([handler.readFresh(wallet, '1'), handler.readFresh(wallet, '1')])
    expect(states.map(({ state }) => state.entries)).toEqual([[100], [100]])
    expect(store.reads).toHaveLength(2)
  })

  it('keeps what it has read when the answer to an append comes after it', async () => {
    const { handler, store } = bench(await open())
    store.onAppend = async (_append, proceed) => {
      const appended = await proceed()
      await appendForeign(store.inner, 'wallet-1', foreignDeposit)
      await handler.readFresh(wallet, '1')
      return appended
    }
    await handler.execute(wallet, '1', deposit(1), meta())
    store.onAppend = (_append, proceed) => proceed()
    store.reads.length = 0

    expect(await handler.read(wallet, '1')).toMatchObject({ revision: 1, state: { entries: [1, 100] } })
    expect((await handler.execute(wallet, '1', deposit(2), meta())).state.entries).toEqual([1, 100, 2])
    expect(store.reads).toEqual([])
    expect(handler.stats().conflicts).toBe(0)
  })

  it('hands on that the log cannot be read, and reads again when asked again', async () => {
    const { handler, store } = bench(await open())
    store.onRead = async () => {
      throw new Error('the disk is gone')
    }
    await expect(handler.read(wallet, '1')).rejects.toThrow('the disk is gone')
    const refused = handler.execute(wallet, '1', { type: 'Withdraw', amount: 1 }, meta())
    await expect(refused).rejects.toThrow('the disk is gone')
    store.onRead = (_stream, _read, proceed) => proceed()
    await expect(handler.read(wallet, '1')).resolves.toMatchObject({ revision: -1 })
    await expect(handler.execute(wallet, '1', deposit(1), meta())).resolves.toMatchObject({ revision: 0 })
  })
})
