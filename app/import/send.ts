/** How an import states facts: as commands through the handler, each with an id that it always has. */
import type { Decider, EventLike } from '../../domain/decider.ts'
import type { Derive } from '../../domain/derive.ts'
import type { CommandHandler } from '../../eventstore/handler.ts'
import { newCorrelationId } from '../../platform/ids.ts'

/**
 * Sends one command. `at` is when it happened in the world. Of commands of one type that one stream gets several
 * of, `key` tells which.
 */
export type Send = <State, Command extends { readonly type: string }, Event extends EventLike, Context>(
  decider: Decider<State, Command, Event, Context>,
  id: string,
  command: NoInfer<Command>,
  at: string,
  key?: string,
) => Promise<void>

/**
 * Commands of a second run have the ids of the first, so that each is done once. All that a run does is found
 * under one correlation id.
 */
export const senderFor = (system: string, handler: Pick<CommandHandler, 'execute'>, derive: Derive): Send => {
  const correlationId = newCorrelationId()
  const actor = { kind: 'SYSTEM', id: `import-${system}`, onBehalfOf: null } as const
  return async (decider, id, command, at, key = '') => {
    await handler.execute(decider, id, command, {
      commandId: derive('command', system, decider.category, id, command.type, key),
      correlationId,
      causationId: null,
      actor,
      occurredAt: at,
      traceparent: null,
    })
  }
}
