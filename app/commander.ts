/**
 * Executes commands for the command lines: each under an id derived from a key, so that running twice does it
 * once. A bounded number is under way at a time.
 */
import type { Decider, EventLike } from '../domain/decider.ts'
import type { Actor } from '../eventstore/event.ts'
import { newCorrelationId } from '../platform/ids.ts'
import type { Tributary } from './tributary.ts'

export interface Commander {
  /** `key` names the command within this commander: the same key is the same command. */
  readonly run: <State, Command, Event extends EventLike, Context>(
    decider: Decider<State, Command, Event, Context>,
    id: string,
    command: NoInfer<Command>,
    key: string,
  ) => Promise<State>
}

export const createCommander = (
  tributary: Pick<Tributary, 'handler' | 'derive'>,
  name: string,
  actor?: Actor,
): Commander => {
  const { handler, derive } = tributary
  const correlationId = newCorrelationId()
  const by = actor ?? { kind: 'SYSTEM', id: name, onBehalfOf: null }
  return {
    run: async (decider, id, command, key) => {
      const { state } = await handler.execute(decider, id, command, {
        commandId: derive('command', name, key),
        correlationId,
        causationId: null,
        actor: by,
        occurredAt: null,
        traceparent: null,
      })
      return state
    },
  }
}

/** Works through items with at most `width` under way. The first failure stops it, after those under way. */
export const inParallel = async <Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const iterator = items[Symbol.iterator]()
  let failed = false
  const worker = async () => {
    for (let next = iterator.next(); next.done !== true && !failed; next = iterator.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: width }, worker))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
