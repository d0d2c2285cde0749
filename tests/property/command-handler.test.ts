/**
 * Two processes, several clients in each, and a third writer at work on the same few streams, in any order of
 * steps, on an engine that loses answers, loses appends, does them late, or is away. Whatever happens: nothing
 * acknowledged is lost, nothing is done twice, and every answer was true at some moment while its command waited.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Rejection } from '../../domain/decider.ts'
import { createCodec } from '../../eventstore/codec.ts'
import { type Executed, ExpectedRevisionConflict, payloadHashOf } from '../../eventstore/command.ts'
import type { StoredEvent } from '../../eventstore/event.ts'
import { type CommandHandler, createCommandHandler } from '../../eventstore/handler.ts'
import { MemoryEventStore } from '../../eventstore/memory/memory-event-store.ts'
import { type EventStore, OutcomeUnknown, StoreUnavailable } from '../../eventstore/port.ts'
import { type FakeClock, fakeClock } from '../../platform/clock.ts'
import {
  appendForeign,
  brokenAt,
  everything,
  HookedStore,
  meta,
  metadataText,
  type WalletCommand,
  type WalletEvent,
  type WalletState,
  wallet,
  walletCatalogue,
} from '../contract/command-handler-kit.ts'

interface Step {
  readonly id: string
  readonly key: string
  readonly command: WalletCommand
  readonly expectedRevision: number | undefined
  readonly rehearsal: boolean
}

interface Client {
  readonly process: 0 | 1
  readonly steps: readonly Step[]
}

type Fault = 'none' | 'answer lost' | 'append lost' | 'late' | 'away'

type Answer = Executed<WalletState> | WalletState | Error

/** What a client was told, and between which heads of the stream it waited. */
interface Told {
  readonly step: Step
  readonly answer: Answer
  readonly from: number
  readonly to: number
}

const amount = fc.integer({ min: 1, max: 3 })

const command: fc.Arbitrary<WalletCommand> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('Deposit' as const), amount }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('Withdraw' as const), amount }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('Name' as const), name: fc.constantFrom('', 'a') }) },
  fc.record({ type: fc.constant('DepositMany' as const), amounts: fc.array(amount, { maxLength: 3 }) }),
)

const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const

/** Mostly the same command under the same key. */
const steps: fc.Arbitrary<readonly Client[]> = fc
  .array(command, { minLength: keys.length, maxLength: keys.length })
  .chain((usual) => {
    const step: fc.Arbitrary<Step> = fc
      .record({
        id: fc.constantFrom('1', '1', '2'),
        index: fc.nat(keys.length - 1),
        other: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, command),
        expectedRevision: fc.oneof(
          { weight: 6, arbitrary: fc.constant(undefined) },
          fc.integer({ min: -1, max: 4 }),
        ),
        rehearsal: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
      })
      .map(({ index, other, ...rest }) => ({
        ...rest,
        key: keys[index] ?? 'a',
        command: other ?? usual[index] ?? { type: 'Deposit', amount: 1 },
      }))
    const client = fc.record({
      process: fc.constantFrom<0 | 1>(0, 1),
      steps: fc.array(step, { minLength: 1, maxLength: 6 }),
    })
    return fc.array(client, { minLength: 1, maxLength: 6 })
  })

/** Faults come in rows, so that some last longer than a handler tries. */
const faults: fc.Arbitrary<readonly Fault[]> = fc
  .array(
    fc.tuple(
      fc.constantFrom<Fault>('none', 'none', 'none', 'answer lost', 'append lost', 'late', 'away'),
      fc.integer({ min: 1, max: 5 }),
    ),
    { maxLength: 8 },
  )
  .map((rows) => rows.flatMap(([fault, times]) => Array.from({ length: times }, () => fault)))

/** An engine that takes its time, and meets the faults one after the other. */
const faulty = (inner: EventStore, scheduler: fc.Scheduler, meeting: Fault[], late: Promise<unknown>[]) => {
  const store = new HookedStore(inner)
  const pause = (what: string) => scheduler.schedule(Promise.resolve(), what)
  store.onRead = async (_stream, _read, proceed) => {
    await pause('read asked')
    const events = await proceed()
    await pause('read answered')
    return events
  }
  store.onAppend = async ({ stream }, proceed) => {
    const meets = meeting.shift() ?? 'none'
    await pause(`append asked, ${meets}`)
    const unknown = new OutcomeUnknown(stream, meets)
    if (meets === 'away') throw new StoreUnavailable('away')
    if (meets === 'append lost') throw unknown
    if (meets === 'late') {
      late.push(
        pause('late append')
          .then(proceed)
          .catch(() => null),
      )
      throw unknown
    }
    const appended = await proceed()
    await pause('append answered')
    if (meets === 'answer lost') throw unknown
    return appended
  }
  return store
}

const processOn = (store: EventStore, scheduler: fc.Scheduler, clock: FakeClock): CommandHandler =>
  createCommandHandler({
    store,
    clock,
    codec: createCodec(walletCatalogue),
    limits: { doubtMs: 30, attempts: 4, cachedStreams: 2 },
    elapsed: () => clock.now(),
    wait: async (milliseconds) => {
      clock.advance(milliseconds)
      await scheduler.schedule(Promise.resolve(), 'wait')
    },
    random: () => 0.5,
  })

const ask = async (handler: CommandHandler, { id, key, command, expectedRevision, rehearsal }: Step) => {
  const asked = meta({ commandId: key, expectedRevision })
  try {
    if (rehearsal) return await handler.rehearse(wallet, id, command, asked)
    return await handler.execute(wallet, id, command, asked)
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

/** Works through its steps; asks once more where the outcome is unknown. */
const work = async (
  handler: CommandHandler,
  store: EventStore,
  { steps }: Client,
): Promise<readonly Told[]> => {
  const told: Told[] = []
  for (const step of steps) {
    for (let times = 0; times < 2; times += 1) {
      const from = await store.headRevision(`wallet-${step.id}`)
      const answer = await ask(handler, step)
      told.push({ step, answer, from, to: await store.headRevision(`wallet-${step.id}`) })
      if (!(answer instanceof OutcomeUnknown)) break
    }
  }
  return told
}

const writeForeign = async (store: EventStore, scheduler: fc.Scheduler, ids: readonly string[]) => {
  for (const id of ids) {
    await scheduler.schedule(Promise.resolve(), 'foreign')
    await appendForeign(store, `wallet-${id}`, { type: 'Deposited', data: { amount: 1 } }).catch(() => null)
  }
}

const isWalletEvent = (event: { type: string; data: unknown }): event is WalletEvent =>
  wallet.types.some((type) => type === event.type)

/** The state after each event; the first is that of no event. */
const statesOf = (events: readonly StoredEvent[]): readonly WalletState[] => {
  let state = wallet.initial
  const states = [state]
  for (const { type, data } of events) {
    const event = { type, data: JSON.parse(data) }
    if (isWalletEvent(event)) state = wallet.evolve(state, event)
    states.push(state)
  }
  return states
}

const isExecuted = (answer: Answer): answer is Executed<WalletState> => 'replayed' in answer

const eventsDecided = (asked: WalletCommand): number =>
  asked.type === 'DepositMany' ? asked.amounts.length : 1

/** Everything that must hold of one stream, and of what was told about it. */
const check = (events: readonly StoredEvent[], told: readonly Told[]): void => {
  const states = statesOf(events)
  const stateAt = (revision: number) => states[revision + 1]
  const ofKey = (key: string) => events.filter((event) => metadataText(event, 'commandId') === key)
  const ofStep = ({ key, command }: Step) =>
    ofKey(key).filter((event) => metadataText(event, 'payloadHash') === payloadHashOf(command))
  /** A state in which the stream was while the command waited. */
  const met = ({ from, to }: Told, holds: (state: WalletState) => boolean) =>
    states.slice(from + 1, to + 2).some(holds)

  expect(brokenAt(events)).toBeNull()
  expect(states.every(({ balance }) => balance >= 0)).toBe(true)

  const mayHaveHappened = new Set<string>()
  for (const each of told) {
    const { step, answer } = each
    const { command } = step
    if (isExecuted(answer)) {
      expect(answer.state).toEqual(stateAt(answer.revision))
      expect(answer.revision).toBeGreaterThanOrEqual(answer.replayed ? each.from : -1)
      expect(answer.revision).toBeLessThanOrEqual(each.to)
    }
    if (isExecuted(answer) && (answer.replayed || answer.events.length > 0)) {
      mayHaveHappened.add(`${step.key} ${payloadHashOf(command)}`)
      const kept = ofStep(step)
      expect(answer.events.map(({ hash, position }) => [hash, position])).toEqual(
        kept.map(({ hash, position }) => [hash, position]),
      )
      const last = kept.at(-1)
      expect([answer.event, answer.position]).toEqual([`wallet-${step.id}@${last?.revision}`, last?.position])
      if (!answer.replayed && step.expectedRevision !== undefined)
        expect(kept[0]?.revision).toBe(step.expectedRevision + 1)
    } else if (isExecuted(answer)) {
      if (command.type === 'Name') expect(met(each, ({ name }) => name === command.name)).toBe(true)
      else expect(command).toEqual({ type: 'DepositMany', amounts: [] })
    } else if (answer instanceof OutcomeUnknown) {
      expect(step.rehearsal).toBe(false)
      mayHaveHappened.add(`${step.key} ${payloadHashOf(command)}`)
    } else if (answer instanceof Rejection && answer.code === 'KEY_REUSED') {
      expect(ofKey(step.key).length).toBeGreaterThan(0)
      expect(ofStep(step)).toEqual([])
    } else if (answer instanceof Rejection) {
      expect(answer.code).toBe('WRONG_STATE')
      const wanted = command.type === 'Withdraw' ? command.amount : 0
      expect(met(each, ({ balance }) => balance < wanted)).toBe(true)
    } else if (answer instanceof ExpectedRevisionConflict) {
      expect(answer.actual).not.toBe(step.expectedRevision)
      expect(answer.actual).toBeGreaterThanOrEqual(each.from)
      expect(answer.actual).toBeLessThanOrEqual(each.to)
    } else if (answer instanceof Error) {
      expect(['StoreUnavailable', 'TooMuchContention']).toContain(answer.name)
    }
  }

  for (const { step } of told) {
    const kept = ofKey(step.key)
    const first = kept[0]
    if (first === undefined) continue
    // Once: one payload, side by side, as many events as one run decides.
    const hash = metadataText(first, 'payloadHash')
    const source = told.find((each) => payloadHashOf(each.step.command) === hash)
    expect(kept.map(({ revision }) => revision)).toEqual(kept.map((_, index) => first.revision + index))
    expect(kept.every((event) => metadataText(event, 'payloadHash') === hash)).toBe(true)
    expect(kept).toHaveLength(source === undefined ? -1 : eventsDecided(source.step.command))
    // Only what was acknowledged, or left unknown, is there.
    expect(mayHaveHappened.has(`${step.key} ${hash}`)).toBe(true)
  }
}

it('keeps every promise in any order of steps, with any faults', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      steps,
      faults,
      fc.array(fc.constantFrom('1', '2'), { maxLength: 4 }),
      async (scheduler, clients, met, foreign) => {
        const inner = new MemoryEventStore()
        const clock = fakeClock()
        const late: Promise<unknown>[] = []
        const left = [...met]
        const processes = [0, 1].map(() => processOn(faulty(inner, scheduler, left, late), scheduler, clock))
        const working = clients.map((each) => work(processes[each.process] ?? never(), inner, each))
        const all = Promise.all([Promise.all(working), writeForeign(inner, scheduler, foreign)])
        await scheduler.waitFor(all)
        await scheduler.waitFor(Promise.all(late))
        const [told] = await all

        for (const id of ['1', '2']) {
          const events = await everything(inner, `wallet-${id}`)
          check(
            events,
            told.flat().filter(({ step }) => step.id === id),
          )
          const last = statesOf(events).at(-1)
          for (const handler of [...processes, processOn(inner, scheduler, clock)]) {
            const fresh = await scheduler.waitFor(handler.readFresh(wallet, id))
            expect(fresh).toEqual({ state: last, revision: events.length - 1 })
          }
        }
        for (const handler of processes) expect(handler.stats()).toMatchObject({ waiting: 0, mailboxes: 0 })
      },
    ),
    { numRuns: 600 },
  )
})

const never = (): never => {
  throw new Error('There are two processes.')
}
