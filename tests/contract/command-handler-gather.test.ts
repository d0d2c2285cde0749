import { describe, expect, it } from 'vitest'
import { type Read, Rejection } from '../../domain/decider.ts'
import { appendForeign, bench, door, engines, everything, meta, until } from './command-handler-kit.ts'
import { type WalletCommand, type WalletEvent, wallet, walletThat } from './command-handler-wallet.ts'

const deposit = (amount: number): WalletCommand => ({ type: 'Deposit', amount })
const foreignDeposit = { type: 'Deposited', data: { amount: 100 } }

/** A wallet whose commands look at others; what they saw goes to `seen`. */
const looking = (others: readonly string[], seen: number[] = []) =>
  walletThat(async (_command, read) => {
    for (const id of others) seen.push((await read(wallet, id)).balance)
    return undefined
  })

const readsOf = async (events: Promise<readonly { readonly metadata: string }[]>): Promise<unknown[]> =>
  (await events).map(({ metadata }) => JSON.parse(metadata).read)

describe.each(engines)('what a decision looks at ($name)', ({ open }) => {
  it('is recorded with the revisions that it saw: of streams that were read, -1 where they were empty', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, 'b', { type: 'DepositMany', amounts: [1, 2, 3] }, meta())
    await handler.execute(wallet, 'c', deposit(1), meta())
    await handler.execute(looking(['b', 'a']), '1', deposit(1), meta())
    await handler.execute(wallet, '1', deposit(1), meta())

    const reads = await readsOf(everything(store, 'wallet-1'))
    expect(reads).toEqual([{ 'wallet-a': -1, 'wallet-b': 2 }, {}])
  })

  it('is told apart by command, also in one append', async () => {
    const { handler, store } = bench(await open())
    await Promise.all([
      handler.execute(looking(['a']), '1', deposit(1), meta()),
      handler.execute(looking(['b']), '1', deposit(1), meta()),
    ])
    expect(await readsOf(everything(store, 'wallet-1'))).toEqual([{ 'wallet-a': -1 }, { 'wallet-b': -1 }])
    expect(store.appends).toHaveLength(1)
  })

  it('comes from memory for a second after its head was confirmed, then from the log', async () => {
    const { handler, store, clock } = bench(await open())
    const seen: number[] = []
    await appendForeign(store, 'wallet-a', foreignDeposit)
    await handler.execute(looking(['a'], seen), '1', deposit(1), meta())
    await appendForeign(store, 'wallet-a', foreignDeposit)
    clock.advance(1_000)
    await handler.execute(looking(['a'], seen), '1', deposit(1), meta())
    clock.advance(1)
    await handler.execute(looking(['a'], seen), '1', deposit(1), meta())

    expect(seen).toEqual([100, 100, 200])
    expect(store.reads.filter((stream) => stream === 'wallet-a')).toHaveLength(4)
  })

  it('follows what this process appends at once', async () => {
    const { handler, store } = bench(await open())
    const seen: number[] = []
    await handler.execute(wallet, 'a', deposit(1), meta())
    await handler.execute(looking(['a'], seen), '1', deposit(1), meta())
    await handler.execute(wallet, 'a', deposit(2), meta())
    await handler.execute(looking(['a'], seen), '1', deposit(1), meta())

    expect(seen).toEqual([1, 3])
    expect(store.reads.filter((stream) => stream === 'wallet-a')).toHaveLength(1)
  })

  it('never shows what is decided and not yet appended', async () => {
    const { handler, store } = bench(await open())
    const gate = door()
    store.onAppend = async ({ stream }, proceed) => {
      if (stream === 'wallet-a') await gate.opened
      return proceed()
    }
    const under = handler.execute(wallet, 'a', deposit(1), meta())
    await until(() => store.appends.length === 1)
    const seen: number[] = []
    await handler.execute(looking(['a'], seen), '1', deposit(1), meta())
    expect(seen).toEqual([0])
    gate.open()
    await under
  })

  it('is looked at again where the command had to wait for more than a second', async () => {
    const { handler, store, clock } = bench(await open())
    const seen: number[] = []
    const gate = door()
    store.onAppend = async (_append, proceed) => {
      await gate.opened
      return proceed()
    }
    const first = handler.execute(wallet, '1', deposit(1), meta())
    await until(() => store.appends.length === 1)
    const second = handler.execute(looking(['a'], seen), '1', deposit(1), meta())
    await until(() => seen.length === 1)
    await appendForeign(store.inner, 'wallet-a', foreignDeposit)
    clock.advance(1_001)
    gate.open()
    await Promise.all([first, second])

    expect(seen).toEqual([0, 100])
    expect(await readsOf(everything(store, 'wallet-1'))).toEqual([{}, { 'wallet-a': 0 }])
  })

  it('is not looked for again by commands that look at nothing', async () => {
    const { handler, store, clock } = bench(await open())
    let gathered = 0
    const blind = walletThat(async () => {
      gathered += 1
      return undefined
    })
    store.onAppend = (_append, proceed) => {
      clock.advance(1_001)
      return proceed()
    }
    const first = handler.execute(wallet, '1', deposit(1), meta())
    await until(() => store.appends.length === 1)
    await Promise.all([first, handler.execute(blind, '1', deposit(2), meta())])
    store.onAppend = async ({ stream }, proceed) => {
      if (store.appends.length === 3) await appendForeign(store.inner, stream, foreignDeposit)
      clock.advance(1_001)
      return proceed()
    }
    await handler.execute(blind, '1', deposit(2), meta())
    expect(gathered).toBe(2)
  })

  it('is looked at again for all that had to wait at the same time', async () => {
    const { handler, store, clock } = bench(await open())
    const gate = door()
    const both = door()
    store.onAppend = async (_append, proceed) => {
      await gate.opened
      return proceed()
    }
    let looked = 0
    const together = walletThat(async (_command, read) => {
      await read(wallet, 'a')
      looked += 1
      if (looked === 4) both.open()
      if (looked > 2) await both.opened
      return undefined
    })
    const first = handler.execute(wallet, '1', deposit(1), meta())
    await until(() => store.appends.length === 1)
    const rest = [2, 3].map((each) => handler.execute(together, '1', deposit(each), meta()))
    await until(() => looked === 2)
    clock.advance(1_001)
    gate.open()
    await Promise.all([first, ...rest])
    expect(store.appends.map(({ events }) => events.length)).toEqual([1, 2])
  })

  it('is looked at again where conflicts have taken more than a second', async () => {
    const { handler, store, clock } = bench(await open())
    const seen: number[] = []
    store.onAppend = async ({ stream }, proceed) => {
      if (store.appends.length === 1) {
        await appendForeign(store.inner, stream, foreignDeposit)
        clock.advance(1_001)
      }
      return proceed()
    }
    await handler.execute(looking(['a'], seen), '1', deposit(1), meta())
    expect(seen).toEqual([0, 0])
  })

  it('does not change the order of commands, however long looking takes', async () => {
    const { handler } = bench(await open())
    const gate = door()
    const slow = walletThat(async () => {
      await gate.opened
      return undefined
    })
    const answers = Promise.all([
      handler.execute(wallet, '1', deposit(1), meta()),
      handler.execute(slow, '1', deposit(2), meta()),
      handler.execute(wallet, '1', deposit(3), meta()),
      handler.execute(slow, '1', deposit(4), meta()),
    ])
    await handler.execute(wallet, '2', deposit(9), meta())
    gate.open()
    const entries = (await answers).map(({ state }) => state.entries)
    expect(entries).toEqual([[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]])
  })

  it('refuses its own command alone where it cannot be had', async () => {
    const { handler } = bench(await open())
    const refusing = walletThat(async () => {
      throw new Rejection('NOT_FOUND', 'There is no such partner.')
    })
    const answers = await Promise.allSettled([
      handler.execute(wallet, '1', deposit(1), meta()),
      handler.execute(refusing, '1', deposit(2), meta()),
      handler.execute(wallet, '1', deposit(3), meta()),
    ])
    expect(answers[1]).toMatchObject({ reason: { code: 'NOT_FOUND' } })
    expect(answers[2]).toMatchObject({ value: { state: { entries: [1, 3] } } })
  })

  it('is handed to the decision', async () => {
    const { handler } = bench(await open())
    await handler.execute(wallet, 'a', deposit(7), meta())
    const copying = {
      ...wallet,
      gather: async (_command: WalletCommand, read: Read) => (await read(wallet, 'a')).balance,
      decide: (_state: unknown, _command: WalletCommand, balance: number): readonly WalletEvent[] => [
        { type: 'Deposited', data: { amount: balance } },
      ],
    }
    const done = await handler.execute(copying, '1', deposit(0), meta())
    expect(done.state.balance).toBe(7)
  })
})
