/** What must hold of a stream after any interleaving, and of everything that was told about it meanwhile. */
import { expect } from 'vitest'
import { Rejection } from '../../domain/decider.ts'
import { type Executed, ExpectedRevisionConflict, payloadHashOf } from '../../eventstore/command.ts'
import type { StoredEvent } from '../../eventstore/event.ts'
import { OutcomeUnknown } from '../../eventstore/port.ts'
import { brokenAt, metadataText } from '../contract/command-handler-kit.ts'
import {
  type WalletCommand,
  type WalletEvent,
  type WalletState,
  wallet,
} from '../contract/command-handler-wallet.ts'

export interface Step {
  readonly id: string
  readonly key: string
  readonly command: WalletCommand
  readonly expectedRevision: number | undefined
  readonly rehearsal: boolean
}

export type Answer = Executed<WalletState> | WalletState | Error

/** What a client was told, and between which heads of the stream it waited. */
export interface Told {
  readonly step: Step
  readonly answer: Answer
  readonly from: number
  readonly to: number
}

const isWalletEvent = (event: { type: string; data: unknown }): event is WalletEvent =>
  wallet.types.some((type) => type === event.type)

/** The state after each event; the first is that of no event. */
export const statesOf = (events: readonly StoredEvent[]): readonly WalletState[] => {
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
export const check = (events: readonly StoredEvent[], told: readonly Told[]): void => {
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
