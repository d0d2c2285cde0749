/** What the steps of the import share. */
import type { Derive } from '../../domain/derive.ts'
import type { Model } from '../../domain/model.ts'
import type { Stating } from '../../eventstore/stating.ts'
import type { OlistIds } from './olist-ids.ts'
import type { Sender } from './send.ts'

/** One after the other; the tasks of one in any order. `total` counts them. */
export interface Step {
  readonly name: string
  readonly total: number
  readonly tasks: Iterable<() => Promise<unknown>>
}

export interface StepParts extends Sender {
  readonly ids: OlistIds
  readonly derive: Derive
  readonly model: Model
  readonly stating: Stating
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
