/** What the steps of the import share. */
import type { Derive } from '../../domain/derive.ts'
import type { makeMembership } from '../../domain/membership.ts'
import type { makePartnership } from '../../domain/partnership.ts'
import type { makePurchase } from '../../domain/purchase/purchase.ts'
import type { OlistIds } from './olist-ids.ts'
import type { Send } from './send.ts'

/** One after the other; the tasks of one in any order. `total` counts them. */
export interface Step {
  readonly name: string
  readonly total: number
  readonly tasks: Iterable<() => Promise<unknown>>
}

/** The deciders that are made for a deployment. */
export interface Deciders {
  readonly membership: ReturnType<typeof makeMembership>
  readonly partnership: ReturnType<typeof makePartnership>
  readonly purchase: ReturnType<typeof makePurchase>
}

export interface StepParts {
  readonly send: Send
  readonly ids: OlistIds
  readonly derive: Derive
  readonly deploymentId: string
  readonly deciders: Deciders
}

/** A step with a task for each of these. Tasks are made as they are taken. */
export const stepOf = <Value>(
  name: string,
  values: readonly Value[],
  task: (value: Value) => Promise<unknown>,
): Step => ({
  name,
  total: values.length,
  tasks: values.values().map((value) => () => task(value)),
})
