/** What a decision looks at, on engines that tell at once what is new in a stream. */
import { describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../eventstore/event.ts'
import { MemoryEventStore, memoryLog } from '../../eventstore/memory/memory-event-store.ts'
import { type EventStore, StoreUnavailable } from '../../eventstore/port.ts'
import { appendForeign, bench, HookedStore, meta } from './command-handler-kit.ts'
import { type WalletCommand, wallet, walletThat } from './command-handler-wallet.ts'

const deposit = (amount: number): WalletCommand => ({ type: 'Deposit', amount })
const foreignDeposit = { type: 'Deposited', data: { amount: 100 } }

/** A wallet whose commands look at others at once; what they saw goes to `seen`, -1 for what took waiting. */
const looking = (others: readonly string[], seen: number[] = []) =>
  walletThat((_command, read) => {
    for (const id of others) {
      const state = read(wallet, id)
      seen.push(state instanceof Promise ? -1 : state.balance)
    }
    return undefined
  })

/** A store in memory that tells at once, and what it was asked. */
const telling = () => {
  const log = memoryLog()
  const asked: { readonly stream: string; readonly from: number; readonly withinMs: number }[] = []
  const store = Object.assign(new HookedStore(new MemoryEventStore(log)), {
    readAtOnce(stream: string, from: number, withinMs: number): readonly StoredEvent[] | undefined {
      asked.push({ stream, from, withinMs })
      return log.streams.get(stream)?.slice(from, from + 1_000) ?? []
    },
  }) satisfies EventStore
  return { store, asked }
}

describe('a decision on an engine that tells at once', () => {
  it('looks at other streams without waiting, and says what it saw', async () => {
    const { store, asked } = telling()
    const { other } = bench(store)
    const handler = other()
    await appendForeign(store.inner, 'wallet-a', foreignDeposit)
    const seen: number[] = []
    await handler.execute(looking(['a', 'b'], seen), '1', deposit(1), meta())

    expect(seen).toEqual([100, 0])
    expect(asked.map(({ stream, from }) => [stream, from])).toEqual([
      ['wallet-a', 0],
      ['wallet-b', 0],
    ])
    expect(store.reads).toEqual([])
    const [event] = await store.readStream('wallet-1')
    expect(JSON.parse(event?.metadata ?? '').read).toEqual({ 'wallet-a': 0, 'wallet-b': -1 })
  })

  it('asks only for what is new, of long streams in pages', async () => {
    const { store, asked } = telling()
    const { clock, other } = bench(store)
    const handler = other()
    const amounts = Array.from({ length: 1_000 }, () => 1)
    await other().execute(wallet, 'a', { type: 'DepositMany', amounts }, meta())
    const seen: number[] = []
    for (let round = 0; round < 2; round += 1) {
      await handler.execute(looking(['a'], seen), '1', deposit(1), meta())
      await appendForeign(store.inner, 'wallet-a', foreignDeposit)
      clock.advance(1_001)
    }
    expect(seen).toEqual([1_000, 1_100])
    expect(asked.map(({ from }) => from)).toEqual([0, 1_000, 1_000])
  })

  it('counts the second of a state from as long ago as the engine may have looked', async () => {
    const { store, asked } = telling()
    const { clock, other } = bench(store)
    const handler = other()
    const seen: number[] = []
    await handler.execute(looking(['a'], seen), '1', deposit(1), meta())
    await appendForeign(store.inner, 'wallet-a', foreignDeposit)
    const within = asked[0]?.withinMs ?? 0
    expect(within).toBeLessThan(1_000)
    clock.advance(1_000 - within)
    await handler.execute(looking(['a'], seen), '1', deposit(1), meta())
    clock.advance(1)
    await handler.execute(looking(['a'], seen), '1', deposit(1), meta())
    expect(seen).toEqual([0, 0, 100])
  })

  it('has the log looked at now for a stream that was not where it was thought to be', async () => {
    const { store, asked } = telling()
    const { other } = bench(store)
    const handler = other()
    await handler.execute(wallet, '1', deposit(1), meta())
    await appendForeign(store.inner, 'wallet-1', foreignDeposit)
    const seen: number[] = []
    let looked: Promise<unknown> | undefined
    store.onRead = (_stream, _read, proceed) => {
      looked ??= handler.execute(looking(['1'], seen), '2', deposit(1), meta())
      return proceed()
    }
    await handler.execute(wallet, '1', deposit(2), meta())
    await looked
    expect(asked).toEqual([{ stream: 'wallet-1', from: 1, withinMs: 0 }])
    expect(seen).toEqual([101])
  })

  it('waits where the engine cannot tell', async () => {
    const { store } = telling()
    store.readAtOnce = () => undefined
    const { other } = bench(store)
    const seen: number[] = []
    await other().execute(looking(['a'], seen), '1', deposit(1), meta())
    expect(seen).toEqual([-1])
    expect(store.reads).toEqual(['wallet-a'])
  })

  it('refuses its own command alone where the engine fails', async () => {
    const { store } = telling()
    store.readAtOnce = () => {
      throw new StoreUnavailable('the disk is gone')
    }
    const handler = bench(store).other()
    const answers = await Promise.allSettled([
      handler.execute(wallet, '1', deposit(1), meta()),
      handler.execute(looking(['a']), '1', deposit(2), meta()),
      handler.execute(wallet, '1', deposit(3), meta()),
    ])
    expect(answers[1]).toMatchObject({ reason: { name: 'StoreUnavailable' } })
    expect(answers[2]).toMatchObject({ value: { state: { entries: [1, 3] } } })
  })
})
