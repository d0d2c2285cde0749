/** How an import states facts: as commands through the handler, each with an id that it always has. */
import type { Decider, EventLike } from '../../domain/decider.ts'
import { type CommandMeta, payloadHashOf } from '../../eventstore/command.ts'
import { streamName } from '../../eventstore/handler-stream.ts'
import { newCorrelationId } from '../../platform/ids.ts'
import type { Tributary } from '../tributary.ts'

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
  /**
   * Whether a run before began the stream with just this command: one look at the log, where sending it again
   * would be several.
   */
  readonly hasBegun: (
    category: string,
    id: string,
    command: { readonly type: string },
    key?: string,
  ) => Promise<boolean>
}

type SenderParts = Pick<Tributary, 'handler' | 'store' | 'codec' | 'derive'>

/**
 * Commands of a second run have the ids of the first, so that each is done once. All that a run does is found
 * under one correlation id.
 */
export const senderFor = (system: string, { handler, store, codec, derive }: SenderParts): Sender => {
  const correlationId = newCorrelationId()
  const actor = { kind: 'SYSTEM', id: `import-${system}`, onBehalfOf: null } as const
  const commandIdOf = (...name: readonly string[]): string => derive('command', system, ...name)
  const metaOf = (commandId: string, at: string): CommandMeta => ({
    commandId,
    correlationId,
    causationId: null,
    actor,
    occurredAt: at,
    traceparent: null,
  })
  return {
    meta: (name, at) => metaOf(commandIdOf(...name), at),
    send: async (decider, id, command, at, key = '') => {
      const commandId = commandIdOf(decider.category, id, command.type, key)
      await handler.execute(decider, id, command, metaOf(commandId, at))
    },
    hasBegun: async (category, id, command, key = '') => {
      const [first] = await store.readStream(streamName(category, id), { limit: 1 })
      if (first === undefined) return false
      const { commandId, payloadHash } = codec.metadata(first)
      return (
        commandId === commandIdOf(category, id, command.type, key) && payloadHash === payloadHashOf(command)
      )
    },
  }
}
