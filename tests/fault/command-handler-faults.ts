/** What an engine may do with an append, and a store whose appends meet it. */
import { type Append, type Appended, OutcomeUnknown, StoreUnavailable } from '../../eventstore/port.ts'
import type { HookedStore } from '../contract/command-handler-kit.ts'

export type Fault = (append: Append, proceed: () => Promise<Appended>) => Promise<Appended>

export const unknown = (append: Append): OutcomeUnknown =>
  new OutcomeUnknown(append.stream, new Error('silence'))

export const answerLost: Fault = async (append, proceed) => {
  await proceed()
  throw unknown(append)
}
export const lost: Fault = async (append) => {
  throw unknown(append)
}
export const away: Fault = async () => {
  throw new StoreUnavailable('The disk is full.')
}
export const fine: Fault = (_append, proceed) => proceed()

/** The first appends meet these, those after them the last one. */
export const meeting = (store: HookedStore, ...faults: readonly Fault[]): void => {
  let met = 0
  store.onAppend = (append, proceed) => {
    const fault = faults[Math.min(met, faults.length - 1)] ?? fine
    met += 1
    return fault(append, proceed)
  }
}
