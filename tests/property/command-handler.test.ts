/**
 * Two processes, several clients in each, and a third writer at work on the same few streams, in any order of
 * steps, on an engine that loses answers, loses appends, does them late, or is away. Whatever happens: nothing
 * acknowledged is lost, nothing is done twice, and every answer was true at some moment while its command waited.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createCodec } from '../../eventstore/codec.ts'
import { type CommandHandler, createCommandHandler } from '../../eventstore/handler.ts'
import { MemoryEventStore } from '../../eventstore/memory/memory-event-store.ts'
import { type EventStore, OutcomeUnknown, StoreUnavailable } from '../../eventstore/port.ts'
import { type FakeClock, fakeClock } from '../../platform/clock.ts'
import { appendForeign, everything, HookedStore, meta } from '../contract/command-handler-kit.ts'
import { type WalletCommand, wallet, walletCatalogue } from '../contract/command-handler-wallet.ts'
import { check, type Step, statesOf, type Told } from './command-handler-check.ts'

interface Client {
  readonly process: 0 | 1
  readonly steps: readonly Step[]
}

type Fault = 'none' | 'answer lost' | 'append lost' | 'late' | 'away'

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
