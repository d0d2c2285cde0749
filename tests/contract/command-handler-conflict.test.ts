import { describe, expect, it } from 'vitest'
import { ExpectedRevisionConflict, TooMuchContention } from '../../eventstore/command.ts'
import { appendForeign, bench, brokenAt, engines, everything, meta } from './command-handler-kit.ts'
import { type WalletCommand, wallet } from './command-handler-wallet.ts'

const deposit = (amount: number): WalletCommand => ({ type: 'Deposit', amount })
const withdraw = (amount: number): WalletCommand => ({ type: 'Withdraw', amount })
const foreignDeposit = { type: 'Deposited', data: { amount: 100 } }

describe.each(engines)('answers that append nothing ($name)', ({ open }) => {
  it('refuses only on a state whose head was confirmed after the command came in', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    await appendForeign(store, 'wallet-1', foreignDeposit)

    const done = await handler.execute(wallet, '1', withdraw(50), meta())
    expect(done).toMatchObject({ revision: 2, state: { balance: 51 } })
  })

  it('says that nothing is to be done only on a confirmed state', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', { type: 'Name', name: 'savings' }, meta())
    await appendForeign(store, 'wallet-1', { type: 'Named', data: { name: 'other' } })

    const done = await handler.execute(wallet, '1', { type: 'Name', name: 'savings' }, meta())
    expect(done).toMatchObject({ revision: 2, events: [{ type: 'Named' }] })
  })

  it('tells of a conflict only on a confirmed state', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    await appendForeign(store, 'wallet-1', foreignDeposit)

    const done = await handler.execute(wallet, '1', deposit(1), meta({ expectedRevision: 1 }))
    expect(done.revision).toBe(2)
  })

  it('does not take an append beside it for the confirmation, which may repeat one of long ago', async () => {
    const { handler, other, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    // Another process did the same command in the same millisecond, and the stream has moved on since.
    const same = meta()
    await other().execute(wallet, '1', deposit(1), same)
    await appendForeign(store.inner, 'wallet-1', foreignDeposit)

    const [again, done] = await Promise.all([
      handler.execute(wallet, '1', deposit(1), same),
      handler.execute(wallet, '1', withdraw(50), meta()),
    ])
    expect(again.event).toBe('wallet-1@1')
    expect(done).toMatchObject({ revision: 3, state: { balance: 52 } })
  })

  it('decides what it refused again where the append beside it met a stream that had moved', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    await appendForeign(store, 'wallet-1', foreignDeposit)
    const answers = await Promise.all([
      handler.execute(wallet, '1', withdraw(50), meta()),
      handler.execute(wallet, '1', deposit(1), meta()),
    ])
    expect(answers.map(({ state }) => state.balance)).toEqual([51, 52])
  })
})

describe.each(engines)('conflicts with other writers ($name)', ({ open }) => {
  it('loads what others appended and decides again', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    await appendForeign(store, 'wallet-1', foreignDeposit)

    const done = await handler.execute(wallet, '1', deposit(1), meta())
    expect(done).toMatchObject({ revision: 2, state: { balance: 102, entries: [1, 100, 1] } })
    expect(handler.stats().conflicts).toBe(1)
    expect(brokenAt(await everything(store, 'wallet-1'))).toBeNull()
  })

  it('refuses what the others have made impossible', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(5), meta())
    await appendForeign(store, 'wallet-1', { type: 'Withdrawn', data: { amount: 5 } })
    await expect(handler.execute(wallet, '1', withdraw(5), meta())).rejects.toMatchObject({
      code: 'WRONG_STATE',
    })
  })

  it('gives up after a bounded number of attempts, waiting longer before each', async () => {
    const { handler, store, clock } = bench(await open(), { attempts: 4 })
    await handler.execute(wallet, '1', deposit(1), meta())
    const waited: number[] = []
    let before = clock.now()
    store.onAppend = async ({ stream }, proceed) => {
      waited.push(clock.now() - before)
      before = clock.now()
      await appendForeign(store.inner, stream, foreignDeposit)
      return proceed()
    }
    const busy = handler.execute(wallet, '1', deposit(1), meta())
    await expect(busy).rejects.toThrow(TooMuchContention)
    await expect(busy).rejects.toMatchObject({ stream: 'wallet-1', attempts: 4 })
    expect(waited).toEqual([0, 2.5, 5, 10])

    store.onAppend = (_append, proceed) => proceed()
    await expect(handler.execute(wallet, '1', deposit(1), meta())).resolves.toMatchObject({ revision: 5 })
    expect(handler.stats().conflicts).toBe(4)
  })

  it('gives up nothing earlier than by default the tenth attempt', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    store.appends.length = 0
    store.onAppend = async ({ stream }, proceed) => {
      if (store.appends.length < 10) await appendForeign(store.inner, stream, foreignDeposit)
      return proceed()
    }
    await expect(handler.execute(wallet, '1', deposit(1), meta())).resolves.toMatchObject({ revision: 10 })
  })

  it('lets commands with attempts left go on where others have none', async () => {
    const { handler, store } = bench(await open(), { attempts: 2 })
    await handler.execute(wallet, '1', deposit(0), meta())
    store.appends.length = 0
    let later: Promise<unknown> | undefined
    store.onAppend = async ({ stream }, proceed) => {
      later ??= handler.execute(wallet, '1', deposit(2), meta())
      if (store.appends.length <= 2) await appendForeign(store.inner, stream, foreignDeposit)
      return proceed()
    }
    await expect(handler.execute(wallet, '1', deposit(1), meta())).rejects.toThrow(TooMuchContention)
    await expect(later).resolves.toMatchObject({ state: { entries: [0, 100, 100, 2] } })
  })

  it('recovers where the stream ends before what was kept of it', async () => {
    const kept = await open()
    const restored = await open()
    const { handler, store } = bench(kept)
    const append = await handler.execute(wallet, '1', deposit(1), meta())
    await handler.execute(wallet, '1', deposit(2), meta())
    const [first] = await everything(kept, 'wallet-1')
    if (first === undefined) throw new Error(`${append.event} is there`)
    await restored.append({ stream: 'wallet-1', expectedRevision: -1, events: [first] })
    store.onAppend = (each) => restored.append(each)
    store.onRead = (stream, read) => restored.readStream(stream, read)

    const done = await handler.execute(wallet, '1', deposit(3), meta())
    expect(done.state.entries).toEqual([1, 3])
    expect(brokenAt(await everything(restored, 'wallet-1'))).toBeNull()
  })
})

describe.each(engines)('the revision that the caller saw ($name)', ({ open }) => {
  it('lets the command through where it is right', async () => {
    const { handler } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta({ expectedRevision: -1 }))
    const done = await handler.execute(wallet, '1', deposit(1), meta({ expectedRevision: 0 }))
    expect(done.revision).toBe(1)
  })

  it('is compared before anything is decided', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    const appends = store.appends.length
    const late = handler.execute(wallet, '1', deposit(1), meta({ expectedRevision: 5 }))
    await expect(late).rejects.toThrow(ExpectedRevisionConflict)
    await expect(late).rejects.toMatchObject({ stream: 'wallet-1', expected: 5, actual: 0 })
    expect(store.appends).toHaveLength(appends)
  })

  it('is compared with the running state, which commands ahead in the mailbox have moved', async () => {
    const { handler } = bench(await open())
    const answers = await Promise.allSettled([
      handler.execute(wallet, '1', deposit(1), meta({ expectedRevision: -1 })),
      handler.execute(wallet, '1', deposit(2), meta({ expectedRevision: -1 })),
      handler.execute(wallet, '1', deposit(3), meta({ expectedRevision: 0 })),
    ])
    expect(answers[1]).toMatchObject({
      reason: { name: 'ExpectedRevisionConflict', expected: -1, actual: 0 },
    })
    expect(answers[2]).toMatchObject({ value: { revision: 1 } })
  })

  it('is told of, not tried again, where another writer was first', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    await appendForeign(store, 'wallet-1', foreignDeposit)
    const appends = store.appends.length
    const late = handler.execute(wallet, '1', deposit(1), meta({ expectedRevision: 0 }))
    await expect(late).rejects.toMatchObject({
      name: 'ExpectedRevisionConflict',
      stream: 'wallet-1',
      expected: 0,
      actual: 1,
    })
    expect(store.appends).toHaveLength(appends + 1)
  })
})
