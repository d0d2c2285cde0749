import { describe, expect, it } from 'vitest'
import {
  type Append,
  type Appended,
  OutcomeUnknown,
  StoreUnavailable,
  WrongExpectedRevision,
} from '../../eventstore/port.ts'
import { appendForeign, bench, brokenAt, engines, everything, meta } from '../contract/command-handler-kit.ts'
import { type WalletCommand, wallet } from '../contract/command-handler-wallet.ts'
import { answerLost, away, type Fault, fine, lost, meeting, unknown } from './command-handler-faults.ts'

const deposit = (amount: number): WalletCommand => ({ type: 'Deposit', amount })
const withdraw = (amount: number): WalletCommand => ({ type: 'Withdraw', amount })

const hashes = (appends: readonly Append[]): readonly string[][] =>
  appends.map(({ events }) => events.map(({ hash }) => hash))

describe.each(engines)('an append whose outcome the engine does not tell ($name)', ({ open }) => {
  it.each([
    ['happened', answerLost],
    ['did not happen', lost],
  ])('is done once where it %s', async (_what, fault) => {
    const { handler, store } = bench(await open())
    meeting(store, fault, fine)
    const answers = await Promise.all([
      handler.execute(wallet, '1', deposit(1), meta()),
      handler.execute(wallet, '1', deposit(2), meta()),
    ])

    const kept = await everything(store, 'wallet-1')
    expect(answers.map(({ replayed, event }) => [replayed, event])).toEqual([
      [false, 'wallet-1@0'],
      [false, 'wallet-1@1'],
    ])
    expect(answers.map(({ position }) => position)).toEqual(kept.map(({ position }) => position))
    expect(kept).toHaveLength(2)
    expect(handler.stats()).toMatchObject({ doubts: 1, appends: 1, events: 2 })
  })

  it('is appended again as it was, without the commands that came since', async () => {
    const { handler, store } = bench(await open())
    const later: Promise<unknown>[] = []
    const first: Fault = async (append) => {
      later.push(handler.execute(wallet, '1', deposit(2), meta()))
      throw unknown(append)
    }
    meeting(store, first, lost, fine)
    await handler.execute(wallet, '1', deposit(1), meta())
    await Promise.all(later)

    const [one, two, three] = hashes(store.appends)
    expect(two).toEqual(one)
    expect(three).toEqual(one)
    expect(store.appends.map(({ events }) => events.length)).toEqual([1, 1, 1, 1])
    expect(brokenAt(await everything(store, 'wallet-1'))).toBeNull()
  })

  it('is found by reading where nothing can be appended any more', async () => {
    const { handler, store } = bench(await open())
    meeting(store, answerLost, away)
    const done = await handler.execute(wallet, '1', { type: 'DepositMany', amounts: [1, 2] }, meta())
    const kept = await everything(store, 'wallet-1')
    expect(done).toMatchObject({ revision: 1, replayed: false, position: kept[1]?.position })
  })

  it('is found by reading where the engine takes the repeat for a conflict', async () => {
    const { handler, store } = bench(await open())
    const conflict: Fault = async ({ stream }) => {
      throw new WrongExpectedRevision(stream, -1, 0)
    }
    meeting(store, answerLost, conflict)
    const done = await handler.execute(wallet, '1', deposit(1), meta())
    expect(done).toMatchObject({ revision: 0, replayed: false })
    expect(await everything(store, 'wallet-1')).toHaveLength(1)
  })

  it('is decided again where others stand in its place', async () => {
    const { handler, store } = bench(await open())
    await handler.execute(wallet, '1', deposit(5), meta())
    const overtaken: Fault = async (append) => {
      await appendForeign(store.inner, 'wallet-1', { type: 'Withdrawn', data: { amount: 5 } })
      throw unknown(append)
    }
    meeting(store, overtaken, fine)
    const answers = await Promise.allSettled([
      handler.execute(wallet, '1', withdraw(5), meta()),
      handler.execute(wallet, '1', deposit(1), meta()),
      handler.execute(wallet, '1', deposit(1), meta({ expectedRevision: 1 })),
    ])
    expect(answers[0]).toMatchObject({ reason: { code: 'WRONG_STATE' } })
    expect(answers[1]).toMatchObject({ value: { state: { entries: [5, -5, 1] }, revision: 2 } })
    expect(answers[2]).toMatchObject({ reason: { name: 'ExpectedRevisionConflict', actual: 2 } })
  })

  it('takes any failure that the port does not name for no answer', async () => {
    const { handler, store } = bench(await open())
    const odd: Fault = async (_append, proceed) => {
      await proceed()
      throw new TypeError('Cannot read properties of undefined')
    }
    meeting(store, odd, fine)
    await handler.execute(wallet, '1', deposit(1), meta())
    expect(await everything(store, 'wallet-1')).toHaveLength(1)
  })

  it('is told to each command in it once it has been unknown for long, and to no rehearsal', async () => {
    const { handler, store, clock } = bench(await open(), { doubtMs: 2_000 })
    const started = clock.now()
    meeting(store, lost)
    const answers = await Promise.allSettled([
      handler.execute(wallet, '1', deposit(1), meta()),
      handler.execute(wallet, '1', withdraw(9), meta()),
      handler.rehearse(wallet, '1', deposit(2), meta()),
    ])
    const reasons = answers.map((answer) => (answer.status === 'rejected' ? answer.reason : null))
    expect(reasons).toEqual([
      expect.any(OutcomeUnknown),
      expect.any(OutcomeUnknown),
      expect.any(StoreUnavailable),
    ])
    expect(clock.now() - started).toBeGreaterThanOrEqual(2_000)
    expect(clock.now() - started).toBeLessThan(3_000)
    expect(new Set(hashes(store.appends).flat()).size).toBe(1)
  })
})

describe.each(engines)('a mailbox in doubt ($name)', ({ open }) => {
  /** The first command was answered with no outcome, and has happened or not. */
  const inDoubt = async (fault: Fault) => {
    const made = bench(await open(), { doubtMs: 100 })
    const { handler, store } = made
    meeting(store, fault, lost)
    store.onRead = async (_stream, { from = 0 }, proceed) => {
      if (from === 0 && store.appends.length === 0) return proceed()
      throw new StoreUnavailable('Nobody answers.')
    }
    const first = meta()
    await expect(handler.execute(wallet, '1', deposit(1), first)).rejects.toThrow(OutcomeUnknown)
    const again = () => {
      store.onRead = (_stream, _read, proceed) => proceed()
      store.onAppend = fine
      store.appends.length = 0
    }
    return { ...made, first, again }
  }

  it.each([
    ['happened', answerLost],
    ['did not happen', lost],
  ])('finds out first, where the batch %s, and then decides the next command', async (_what, fault) => {
    const { handler, store, again, first } = await inDoubt(fault)
    again()
    const next = await handler.execute(wallet, '1', deposit(2), meta())
    expect(next).toMatchObject({ revision: 1, state: { entries: [1, 2] } })
    const repeat = await handler.execute(wallet, '1', deposit(1), first)
    expect(repeat).toMatchObject({ replayed: true, event: 'wallet-1@0' })
    expect(store.appends.map(({ events }) => events.length)).toEqual([1, 1])
    expect(brokenAt(await everything(store, 'wallet-1'))).toBeNull()
  })

  it('answers the repeat of a command in doubt as the first time', async () => {
    const { handler, store, again, first } = await inDoubt(lost)
    again()
    const repeat = await handler.execute(wallet, '1', deposit(1), first)
    expect(repeat).toMatchObject({ replayed: true, event: 'wallet-1@0' })
    expect(await everything(store, 'wallet-1')).toHaveLength(1)
  })

  it('says of a command in doubt that it still is, and of others that nothing was changed', async () => {
    const { handler, first } = await inDoubt(lost)
    const answers = await Promise.allSettled([
      handler.execute(wallet, '1', deposit(1), first),
      handler.execute(wallet, '1', deposit(2), meta()),
      handler.rehearse(wallet, '1', deposit(1), first),
    ])
    expect(answers).toEqual([
      { status: 'rejected', reason: expect.any(OutcomeUnknown) },
      { status: 'rejected', reason: expect.any(StoreUnavailable) },
      { status: 'rejected', reason: expect.any(StoreUnavailable) },
    ])
  })

  it('decides anew where others stand in the place of its batch', async () => {
    const { handler, store, again, first } = await inDoubt(lost)
    again()
    await appendForeign(store.inner, 'wallet-1', { type: 'Deposited', data: { amount: 100 } })
    const repeat = await handler.execute(wallet, '1', deposit(1), first)
    expect(repeat).toMatchObject({ replayed: false, revision: 1, state: { entries: [100, 1] } })
  })

  it('keeps other streams out of it', async () => {
    const { handler, again } = await inDoubt(lost)
    again()
    await expect(handler.execute(wallet, '2', deposit(1), meta())).resolves.toMatchObject({ revision: 0 })
  })

  it('shows the state that the log has to those who read', async () => {
    const { handler, again } = await inDoubt(answerLost)
    again()
    expect(await handler.read(wallet, '1')).toMatchObject({ revision: 0, state: { entries: [1] } })
  })

  it('may be forgotten, and does nothing twice even so', async () => {
    const inner = await open()
    const { handler, store } = bench(inner, { doubtMs: 100, cachedStreams: 1 })
    const late: (() => Promise<Appended>)[] = []
    const lateFault: Fault = async (append, proceed) => {
      late.push(proceed)
      throw unknown(append)
    }
    meeting(store, lateFault)
    const first = meta()
    await expect(handler.execute(wallet, '1', deposit(1), first)).rejects.toThrow(OutcomeUnknown)
    store.onAppend = fine
    await handler.execute(wallet, '2', deposit(1), meta())
    await late[0]?.()

    const repeat = await handler.execute(wallet, '1', deposit(1), first)
    expect(repeat).toMatchObject({ replayed: true, event: 'wallet-1@0' })
    expect(await everything(inner, 'wallet-1')).toHaveLength(1)
  })
})
