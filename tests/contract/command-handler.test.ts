import { describe, expect, it } from 'vitest'
import { Rejection } from '../../domain/decider.ts'
import { AppendTooLarge, appendLimits, InvalidAppend } from '../../eventstore/port.ts'
import { canonicalJson } from '../../platform/canonical.ts'
import { sha256 } from '../../platform/sha256.ts'
import {
  appendForeign,
  bench,
  brokenAt,
  door,
  engines,
  everything,
  meta,
  metadataText,
  until,
} from './command-handler-kit.ts'
import { mistake, type WalletCommand, wallet, walletThat } from './command-handler-wallet.ts'

describe.each(engines)('executing commands ($name)', ({ open }) => {
  it('answers with the state, the revision, and the events as they are kept', async () => {
    const { handler, store } = bench(await open())
    const executed = await handler.execute(wallet, '1', { type: 'DepositMany', amounts: [5, 7] }, meta())

    const kept = await everything(store, 'wallet-1')
    expect(executed).toMatchObject({ revision: 1, event: 'wallet-1@1', replayed: false })
    expect(executed.state).toEqual({ balance: 12, name: '', entries: [5, 7] })
    expect(executed.position).toBe(kept[1]?.position)
    expect(executed.events).toEqual(
      kept.map(({ data, metadata, ...event }) => ({
        ...event,
        name: `wallet-1@${event.revision}`,
        data: JSON.parse(data),
        metadata: JSON.parse(metadata),
      })),
    )
  })

  it('keeps of each event who, why, when, what was asked, and the event ahead', async () => {
    const { handler, store, clock } = bench(await open())
    clock.set(Date.UTC(2026, 2, 4, 5, 6, 7, 89))
    const command: WalletCommand = { type: 'DepositMany', amounts: [5, 7] }
    const actor = { kind: 'SERVICE', id: 'service_1', onBehalfOf: 'partner_1' } as const
    await handler.execute(wallet, '1', command, {
      commandId: 'key',
      correlationId: 'correlation',
      causationId: 'offer-1@3',
      actor,
      occurredAt: '2025-12-24T18:00:00.000Z',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    })

    const kept = await everything(store, 'wallet-1')
    const both = {
      actor,
      causationId: 'offer-1@3',
      commandId: 'key',
      correlationId: 'correlation',
      occurredAt: '2025-12-24T18:00:00.000Z',
      payloadHash: sha256(canonicalJson(command)),
      read: {},
      recordedAt: '2026-03-04T05:06:07.089Z',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    }
    expect(kept.map(({ metadata }) => JSON.parse(metadata))).toEqual([
      { ...both, previousHash: null },
      { ...both, previousHash: kept[0]?.hash },
    ])
    expect(brokenAt(kept)).toBeNull()
  })

  it('takes now for what happened at no stated time, and refuses no time that is stated', async () => {
    const { handler, store, clock } = bench(await open())
    await handler.execute(wallet, '1', { type: 'Deposit', amount: 1 }, meta({ occurredAt: null }))
    const future = '2999-01-01T00:00:00.000Z'
    await handler.execute(wallet, '1', { type: 'Deposit', amount: 1 }, meta({ occurredAt: future }))

    const kept = await everything(store, 'wallet-1')
    const now = new Date(clock.now()).toISOString()
    expect(kept.map((event) => metadataText(event, 'occurredAt'))).toEqual([now, future])
  })

  it('records no event before the one ahead of it, whatever the clock says', async () => {
    const { handler, store, clock } = bench(await open())
    const start = clock.now()
    await handler.execute(wallet, '1', { type: 'Deposit', amount: 1 }, meta())
    clock.set(start - 3_600_000)
    await handler.execute(wallet, '1', { type: 'Deposit', amount: 1 }, meta())
    const later = '2026-06-01T00:00:00.000Z'
    await appendForeign(store, 'wallet-1', { type: 'Deposited', data: { amount: 1 } }, { recordedAt: later })
    await handler.execute(wallet, '1', { type: 'Deposit', amount: 1 }, meta())

    const kept = await everything(store, 'wallet-1')
    const first = new Date(start).toISOString()
    expect(kept.map((event) => metadataText(event, 'recordedAt'))).toEqual([first, first, later, later])
  })

  it('decides commands that wait one after the other on the running state, and appends them together', async () => {
    const { handler, store } = bench(await open())
    const answers = await Promise.all([
      handler.execute(wallet, '1', { type: 'Deposit', amount: 10 }, meta()),
      handler.execute(wallet, '1', { type: 'Withdraw', amount: 4 }, meta()),
      handler.execute(wallet, '1', { type: 'Withdraw', amount: 6 }, meta()),
    ])

    expect(answers.map(({ state, event }) => [state.balance, event])).toEqual([
      [10, 'wallet-1@0'],
      [6, 'wallet-1@1'],
      [0, 'wallet-1@2'],
    ])
    const kept = await everything(store, 'wallet-1')
    expect(answers.map(({ position }) => position)).toEqual(kept.map(({ position }) => position))
    expect(store.appends.map(({ events }) => events.length)).toEqual([3])
    expect(brokenAt(kept)).toBeNull()
  })

  it('lets commands that arrive during an append wait for it, and then appends them together', async () => {
    const { handler, store } = bench(await open())
    const gate = door()
    store.onAppend = async (_append, proceed) => {
      await gate.opened
      return proceed()
    }
    const first = handler.execute(wallet, '1', { type: 'Deposit', amount: 1 }, meta())
    await until(() => store.appends.length === 1)
    const rest = [2, 3, 4].map((amount) => handler.execute(wallet, '1', { type: 'Deposit', amount }, meta()))
    gate.open()

    const answers = await Promise.all([first, ...rest])
    expect(answers.at(-1)?.state.entries).toEqual([1, 2, 3, 4])
    expect(store.appends.map(({ events }) => events.length)).toEqual([1, 3])
  })

  it('refuses one command without touching those that wait with it', async () => {
    const { handler } = bench(await open())
    const answers = await Promise.allSettled([
      handler.execute(wallet, '1', { type: 'Deposit', amount: 3 }, meta()),
      handler.execute(wallet, '1', { type: 'Withdraw', amount: 4 }, meta()),
      handler.execute(wallet, '1', { type: 'Withdraw', amount: 3 }, meta()),
    ])

    expect(answers[1]).toMatchObject({ status: 'rejected', reason: { code: 'WRONG_STATE' } })
    expect(answers[1]).toHaveProperty('reason', expect.any(Rejection))
    expect(answers[2]).toMatchObject({ value: { state: { balance: 0 }, revision: 1 } })
  })

  it('hands on whatever a decision throws as it is, to its own command alone', async () => {
    const { handler, store } = bench(await open())
    const answers = await Promise.allSettled([
      handler.execute(wallet, '1', { type: 'Deposit', amount: 3 }, meta()),
      handler.execute(wallet, '1', { type: 'Break' }, meta()),
      handler.execute(wallet, '1', { type: 'DecideNonsense' }, meta()),
      handler.execute(wallet, '1', { type: 'Deposit', amount: 4 }, meta()),
    ])

    expect(answers[1]).toHaveProperty('reason', mistake)
    expect(answers[2]).toHaveProperty('reason', expect.any(TypeError))
    expect(answers[3]).toMatchObject({ value: { state: { balance: 7 } } })
    expect(await everything(store, 'wallet-1')).toHaveLength(2)
  })

  it('does nothing where the state is as asked, and names the event that the stream ends with', async () => {
    const { handler, store } = bench(await open())
    const nothing = await handler.execute(wallet, '1', { type: 'Name', name: '' }, meta())
    expect(nothing).toMatchObject({ revision: -1, event: null, position: null, events: [], replayed: false })

    const [, again] = await Promise.all([
      handler.execute(wallet, '1', { type: 'Name', name: 'savings' }, meta()),
      handler.execute(wallet, '1', { type: 'Name', name: 'savings' }, meta()),
      handler.execute(wallet, '1', { type: 'Deposit', amount: 1 }, meta()),
    ])
    const [first] = await everything(store, 'wallet-1')
    expect(again).toMatchObject({ revision: 0, event: 'wallet-1@0', position: first?.position, events: [] })

    const later = await handler.execute(wallet, '1', { type: 'Name', name: 'savings' }, meta())
    expect(later).toMatchObject({ revision: 1, event: 'wallet-1@1', events: [] })
    expect(later.position).toBe((await everything(store, 'wallet-1'))[1]?.position)
  })

  it('appends no more events at once than an append may carry', async () => {
    const { handler, store } = bench(await open())
    const answers = await Promise.all(
      Array.from({ length: 700 }, (_, index) =>
        handler.execute(wallet, '1', { type: 'DepositMany', amounts: [index, index] }, meta()),
      ),
    )

    expect(answers.at(-1)).toMatchObject({ revision: 1_399 })
    expect(store.appends.map(({ events }) => events.length)).toEqual([1_000, 400])
    expect(brokenAt(await everything(store, 'wallet-1'))).toBeNull()
  })

  it('keeps the order of commands where one append does not hold them all', async () => {
    const { handler, store } = bench(await open())
    const amounts = Array.from({ length: 600 }, () => 1)
    const gate = door()
    const slow = walletThat(async () => {
      await gate.opened
      return undefined
    })
    const first = [
      handler.execute(wallet, '1', { type: 'DepositMany', amounts }, meta()),
      handler.execute(wallet, '1', { type: 'DepositMany', amounts: [...amounts, 2] }, meta()),
    ]
    const last = handler.execute(slow, '1', { type: 'Deposit', amount: 3 }, meta())
    await until(() => store.appends.length >= 1)
    gate.open()
    await Promise.all(first)
    expect((await last).state.entries.slice(-2)).toEqual([2, 3])
  })

  it('appends no more bytes at once than an append may carry', async () => {
    const { handler, store } = bench(await open())
    const note = '€'.repeat(100_000)
    await Promise.all(
      Array.from({ length: 7 }, () =>
        handler.execute(wallet, '1', { type: 'Deposit', amount: 1, note }, meta()),
      ),
    )

    expect(store.appends.map(({ events }) => events.length)).toEqual([3, 3, 1])
  })

  it('refuses a command whose events never fit into one append, and that one alone', async () => {
    const { handler, store } = bench(await open())
    const amounts = Array.from({ length: appendLimits.events + 1 }, () => 1)
    const answers = await Promise.allSettled([
      handler.execute(wallet, '1', { type: 'Deposit', amount: 3 }, meta()),
      handler.execute(wallet, '1', { type: 'DepositMany', amounts }, meta()),
      handler.execute(
        wallet,
        '1',
        { type: 'Deposit', amount: 1, note: 'x'.repeat(appendLimits.bytes) },
        meta(),
      ),
      handler.execute(wallet, '1', { type: 'Deposit', amount: 4 }, meta()),
    ])

    expect(answers[1]).toHaveProperty('reason', expect.any(AppendTooLarge))
    expect(answers[2]).toHaveProperty('reason', expect.any(AppendTooLarge))
    expect(answers[3]).toMatchObject({ value: { state: { balance: 7 } } })
    expect(await everything(store, 'wallet-1')).toHaveLength(2)
  })

  it('hands on what the engine finds wrong with an append', async () => {
    const { handler } = bench(await open())
    const bad = handler.execute(wallet, 'no id at all', { type: 'Deposit', amount: 3 }, meta())
    await expect(bad).rejects.toThrow(InvalidAppend)
  })

  it('works on streams at the same time', async () => {
    const { handler, store } = bench(await open())
    const gate = door()
    store.onAppend = async ({ stream }, proceed) => {
      if (stream === 'wallet-1') await gate.opened
      return proceed()
    }
    const slow = handler.execute(wallet, '1', { type: 'Deposit', amount: 1 }, meta())
    await handler.execute(wallet, '2', { type: 'Deposit', amount: 2 }, meta())
    gate.open()
    await expect(slow).resolves.toMatchObject({ state: { balance: 1 } })
  })

  it('refuses a second decider for a category, and events that a decider does not name', async () => {
    const { handler } = bench(await open())
    await handler.execute(wallet, '1', { type: 'Deposit', amount: 1 }, meta())
    const other = { ...wallet, evolve: (state: typeof wallet.initial) => state }
    await expect(handler.execute(other, '2', { type: 'Deposit', amount: 1 }, meta())).rejects.toThrow(
      'Two deciders of wallet',
    )
    const narrow = { ...wallet, types: ['Named'] as const }
    await expect(handler.execute(narrow, '3', { type: 'Deposit', amount: 1 }, meta())).rejects.toThrow(
      'wallet decided Deposited',
    )
  })
})
