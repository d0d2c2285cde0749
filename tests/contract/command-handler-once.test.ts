import { describe, expect, it } from 'vitest'
import { type Executed, ExpectedRevisionConflict, payloadHashOf } from '../../eventstore/command.ts'
import { rememberedCommands } from '../../eventstore/handler-keys.ts'
import {
  appendForeign,
  bench,
  door,
  engines,
  everything,
  meta,
  metadataText,
  until,
} from './command-handler-kit.ts'
import { type WalletCommand, wallet } from './command-handler-wallet.ts'

/** The answer to a repeat, told by the first. */
const again = <State>(first: Executed<State>): Executed<State> => ({
  ...first,
  events: first.events,
  replayed: true,
})

const deposit = (amount: number): WalletCommand => ({ type: 'Deposit', amount })

describe.each(engines)('doing each command once ($name)', ({ open }) => {
  it('answers a repeat with the first events, whatever happened since, and does nothing', async () => {
    const { handler, store } = bench(await open())
    const first = meta()
    const many: WalletCommand = { type: 'DepositMany', amounts: [1, 2] }
    await handler.execute(wallet, '1', deposit(9), meta())
    const done = await handler.execute(wallet, '1', many, first)
    await handler.execute(wallet, '1', { type: 'Withdraw', amount: 12 }, meta())

    const repeat = await handler.execute(wallet, '1', many, first)
    expect(repeat).toEqual({ ...again(done), state: expect.anything(), revision: 3 })
    expect(repeat.state.balance).toBe(0)
    expect(await everything(store, 'wallet-1')).toHaveLength(4)
  })

  it('knows a repeat from the log alone: another process meets the first answer', async () => {
    const { handler, other, store, clock } = bench(await open())
    const first = meta()
    const done = await handler.execute(wallet, '1', deposit(1), first)
    clock.advance(1)
    const repeat = await other().execute(wallet, '1', deposit(1), first)

    expect(repeat).toEqual(again(done))
    expect(await everything(store, 'wallet-1')).toHaveLength(1)
  })

  it('knows a repeat that another process did since this one looked', async () => {
    const { handler, other, store, clock } = bench(await open())
    await handler.execute(wallet, '1', deposit(1), meta())
    const second = meta()
    await other().execute(wallet, '1', deposit(2), second)
    clock.advance(1)

    const repeat = await handler.execute(wallet, '1', deposit(2), second)
    expect(repeat).toMatchObject({ replayed: true, event: 'wallet-1@1', state: { balance: 3 } })
    expect(await everything(store, 'wallet-1')).toHaveLength(2)
  })

  it('lets two processes do the same command in the same millisecond: their events are one', async () => {
    const { handler, other, store } = bench(await open())
    const same = meta()
    const [one, two] = await Promise.all([
      handler.execute(wallet, '1', deposit(1), same),
      other().execute(wallet, '1', deposit(1), same),
    ])
    expect(one.event).toBe(two.event)
    expect(one.position).toBe(two.position)
    expect(await everything(store, 'wallet-1')).toHaveLength(1)
  })

  it('refuses a key that was used for something else, and changes nothing', async () => {
    const { handler, other, store } = bench(await open())
    const first = meta()
    await handler.execute(wallet, '1', deposit(1), first)

    const reused = { name: 'Rejection', code: 'KEY_REUSED', details: { commandId: first.commandId } }
    await expect(handler.execute(wallet, '1', deposit(2), first)).rejects.toMatchObject(reused)
    await expect(other().execute(wallet, '1', deposit(2), first)).rejects.toMatchObject(reused)
    expect(await everything(store, 'wallet-1')).toHaveLength(1)
  })

  it('takes two commands for the same only where all of the command is the same', async () => {
    const { handler } = bench(await open())
    const first = meta()
    await handler.execute(wallet, '1', { type: 'Deposit', amount: 1, note: 'a' }, first)
    const sorted = handler.execute(wallet, '1', { note: 'a', amount: 1, type: 'Deposit' }, first)
    await expect(sorted).resolves.toMatchObject({ replayed: true })
    const otherType = handler.execute(wallet, '1', { type: 'Withdraw', amount: 1 }, first)
    await expect(otherType).rejects.toMatchObject({ code: 'KEY_REUSED' })
  })

  it('compares what the caller asked for, where the command says more than that', async () => {
    const { handler, store } = bench(await open())
    const first = meta({ payload: { type: 'Deposit', of: 'the usual' } })
    await handler.execute(wallet, '1', deposit(1), first)
    const repeat = await handler.execute(wallet, '1', deposit(2), first)
    expect(repeat).toMatchObject({ replayed: true, state: { balance: 1 } })
    const reused = handler.execute(wallet, '1', deposit(1), { ...first, payload: { type: 'Deposit' } })
    await expect(reused).rejects.toMatchObject({ code: 'KEY_REUSED' })
    const [kept] = await everything(store, 'wallet-1')
    expect(kept && metadataText(kept, 'payloadHash')).toBe(payloadHashOf(first.payload))
  })

  it('looks at the key before the expected revision', async () => {
    const { handler } = bench(await open())
    const first = meta({ expectedRevision: -1 })
    await handler.execute(wallet, '1', deposit(1), first)
    await handler.execute(wallet, '1', deposit(1), meta())

    const repeat = await handler.execute(wallet, '1', deposit(1), first)
    expect(repeat).toMatchObject({ replayed: true, event: 'wallet-1@0' })
    const late = handler.execute(wallet, '1', deposit(1), meta({ expectedRevision: -1 }))
    await expect(late).rejects.toThrow(ExpectedRevisionConflict)
  })

  it('looks at the key before what was gathered: a repeat is answered though it would be refused now', async () => {
    const { handler } = bench(await open())
    const first = meta()
    const done = await handler.execute(wallet, '1', deposit(1), first)
    const closed = {
      ...wallet,
      gather: async () => {
        throw new Error('nobody may deposit any more')
      },
    }
    await expect(handler.execute(closed, '1', deposit(1), first)).resolves.toEqual(again(done))
    await expect(handler.execute(closed, '1', deposit(1), meta())).rejects.toThrow('nobody may deposit')
  })

  it('does one of two same commands that arrive together, and answers both', async () => {
    const { handler, store } = bench(await open())
    const same = meta()
    const [first, second] = await Promise.all([
      handler.execute(wallet, '1', deposit(1), same),
      handler.execute(wallet, '1', deposit(1), same),
    ])

    expect(first.replayed).toBe(false)
    expect(second).toEqual(again(first))
    expect(await everything(store, 'wallet-1')).toHaveLength(1)
  })

  it('answers a command that arrives while the same one is appended after that one', async () => {
    const { handler, store } = bench(await open())
    const gate = door()
    store.onAppend = async (_append, proceed) => {
      await gate.opened
      return proceed()
    }
    const same = meta()
    const first = handler.execute(wallet, '1', deposit(1), same)
    await until(() => store.appends.length === 1)
    const second = handler.execute(wallet, '1', deposit(1), same)
    const reused = handler.execute(wallet, '1', deposit(2), same)
    const refused = expect(reused).rejects.toMatchObject({ code: 'KEY_REUSED' })
    gate.open()

    await expect(second).resolves.toEqual(again(await first))
    await refused
    expect(store.appends).toHaveLength(1)
  })

  it('does the second of two same commands where the first came to nothing', async () => {
    const { handler } = bench(await open())
    const same = meta()
    const [refused, done] = await Promise.allSettled([
      handler.execute(wallet, '1', { type: 'Withdraw', amount: 1 }, same),
      handler.execute(wallet, '1', deposit(1), same),
    ])
    expect(refused.status).toBe('rejected')
    expect(done).toMatchObject({ value: { replayed: false, revision: 0 } })
  })

  it('keeps no trace of a command that decided nothing: it is decided again', async () => {
    const { handler } = bench(await open())
    const same = meta()
    await handler.execute(wallet, '1', { type: 'Name', name: '' }, same)
    await handler.execute(wallet, '1', { type: 'Name', name: 'savings' }, meta())
    const again = await handler.execute(wallet, '1', { type: 'Name', name: '' }, same)
    expect(again).toMatchObject({ replayed: false, revision: 1, state: { name: '' } })
  })

  it(`remembers the last ${rememberedCommands} commands of a stream, loaded or done`, async () => {
    const { handler, other, store } = bench(await open())
    const metas = Array.from({ length: rememberedCommands + 1 }, () => meta())
    await Promise.all(metas.map((each) => handler.execute(wallet, '1', deposit(1), each)))
    const [oldest, second] = metas
    if (oldest === undefined || second === undefined) throw new Error('there are some')

    for (const process of [handler, other()]) {
      const repeat = await process.execute(wallet, '1', deposit(1), second)
      expect(repeat).toMatchObject({ replayed: true, event: 'wallet-1@1' })
    }
    expect(await everything(store, 'wallet-1')).toHaveLength(rememberedCommands + 1)
    const forgotten = await other().execute(wallet, '1', deposit(1), oldest)
    expect(forgotten.replayed).toBe(false)
  })

  it('knows a repeat though its events are of a type that only a newer version knows', async () => {
    const { handler, store } = bench(await open())
    const first = meta()
    await appendForeign(
      store,
      'wallet-1',
      { type: 'Donated', data: { amount: 3 } },
      { commandId: first.commandId, payloadHash: payloadHashOf(deposit(3)) },
    )
    const repeat = await handler.execute(wallet, '1', deposit(3), first)
    expect(repeat).toMatchObject({ replayed: true, event: 'wallet-1@0', events: [] })
    const [kept] = await everything(store, 'wallet-1')
    expect(kept && metadataText(kept, 'commandId')).toBe(first.commandId)
  })
})
