import { describe, expect, it } from 'vitest'
import { MemoryEventStore } from '../../eventstore/memory/memory-event-store.ts'
import { StoreUnavailable } from '../../eventstore/port.ts'
import { appendForeign, bench, engines, everything, meta } from '../contract/command-handler-kit.ts'
import { type WalletCommand, wallet } from '../contract/command-handler-wallet.ts'
import { away, fine, meeting } from './command-handler-faults.ts'

const deposit = (amount: number): WalletCommand => ({ type: 'Deposit', amount })
const withdraw = (amount: number): WalletCommand => ({ type: 'Withdraw', amount })

describe.each(engines)('an engine that is away ($name)', ({ open }) => {
  it('fails all that wait together, and changes nothing of what is known', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    meeting(store, away)
    const same = meta()
    const answers = await Promise.allSettled([
      handler.execute(wallet, '1', deposit(2), same),
      handler.execute(wallet, '1', withdraw(9), meta()),
    ])
    expect(answers.map((answer) => answer.status === 'rejected' && answer.reason.name)).toEqual([
      'StoreUnavailable',
      'StoreUnavailable',
    ])

    meeting(store, fine)
    const done = await handler.execute(wallet, '1', deposit(2), same)
    expect(done).toMatchObject({ replayed: false, state: { entries: [1, 2] } })
  })

  it('still has done what it did where only the last position is told and nothing can be read right after', async () => {
    const { handler, store } = bench(await open())
    store.onAppend = async (_append, proceed) => {
      store.onRead = async () => {
        throw new StoreUnavailable('Nobody answers.')
      }
      const { revision, position } = await proceed()
      return { revision, position }
    }
    const done = await handler.execute(wallet, '1', { type: 'DepositMany', amounts: [1, 2] }, meta())
    store.onRead = (_stream, _read, proceed) => proceed()
    const kept = await everything(store, 'wallet-1')
    expect(done).toMatchObject({ revision: 1, position: kept[1]?.position })
    expect(done.events.map(({ position }) => position)).toEqual([kept[1]?.position, kept[1]?.position])
  })

  it('fails a refusal that cannot be confirmed', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    store.onRead = async () => {
      throw new StoreUnavailable('Nobody answers.')
    }
    await expect(handler.execute(wallet, '1', withdraw(9), meta())).rejects.toThrow(StoreUnavailable)
  })

  it('fails a repeat whose first answer cannot be read', async () => {
    const { handler, store } = bench(await open())
    const first = meta()
    await handler.execute(wallet, '1', deposit(1), first)
    store.onRead = async (_stream, { from }, proceed) => {
      if (from === 0) throw new StoreUnavailable('Nobody answers.')
      return proceed()
    }
    await expect(handler.execute(wallet, '1', deposit(1), first)).rejects.toThrow(StoreUnavailable)
    store.onRead = (_stream, _read, proceed) => proceed()
    await expect(handler.execute(wallet, '1', deposit(1), first)).resolves.toMatchObject({ replayed: true })
  })
})

describe('a log that is not what this program writes', () => {
  it('is not decided on', async () => {
    const { handler, store } = bench(new MemoryEventStore())
    await appendForeign(store, 'wallet-1', { type: 'Deposited', data: { amount: 1 } })
    store.onRead = async (_stream, _read, proceed) =>
      (await proceed()).map((event) => ({ ...event, metadata: '{"commandId":"x"}' }))
    const bad = handler.execute(wallet, '1', deposit(1), meta())
    await expect(bad).rejects.toMatchObject({ name: 'UnreadableEvent', event: 'wallet-1@0' })
  })

  it('is not decided on where an event is missing', async () => {
    const { handler, store } = bench(new MemoryEventStore())
    for (let count = 0; count < 2; count += 1)
      await appendForeign(store, 'wallet-1', { type: 'Deposited', data: { amount: 1 } })
    store.onRead = async (_stream, _read, proceed) => (await proceed()).slice(1)
    const bad = handler.execute(wallet, '1', deposit(1), meta())
    await expect(bad).rejects.toMatchObject({ name: 'UnreadableEvent', event: 'wallet-1@1' })
  })
})
