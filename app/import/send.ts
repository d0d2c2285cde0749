/** How an import states facts: as commands through the handler, each with an id that it always has. */
import type { Decider, EventLike } from '../../domain/decider.ts'
import type { Derive } from '../../domain/derive.ts'
import type { CommandMeta } from '../../eventstore/command.ts'
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

export interface Sender {
  readonly send: Send
  /** For what is stated by other ways than `send`: `name` makes the command one. */
  readonly meta: (name: readonly string[], at: string) => CommandMeta
}

/**
 * Commands of a second run have the ids of the first, so that each is done once. All that a run does is found
 * under one correlation id.
 */
export const senderFor = (
  system: string,
  handler: Pick<CommandHandler, 'execute'>,
  derive: Derive,
): Sender => {
  const correlationId = newCorrelationId()
  const actor = { kind: 'SYSTEM', id: `import-${system}`, onBehalfOf: null } as const
  const meta: Sender['meta'] = (name, at) => ({
    commandId: derive('command', system, ...name),
    correlationId,
    causationId: null,
    actor,
    occurredAt: at,
    traceparent: null,
  })
  return {
    meta,
    send: async (decider, id, command, at, key = '') => {
      await handler.execute(decider, id, command, meta([decider.category, id, command.type, key], at))
    },
  }
}
