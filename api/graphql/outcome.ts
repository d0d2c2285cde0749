/** What became of a mutation, and the payload types that tell it. */
import type { FieldMap, ObjectFieldBuilder } from '@pothos/core'
import type { Executed } from '../../eventstore/command.ts'
import type { EventStore } from '../../eventstore/port.ts'
import { type ApiTypes, builder } from './builder.ts'
import { UserErrorType } from './error-types.ts'
import { type PositionMark, writePosition } from './position-token.ts'
import type { UserError } from './user-error.ts'

export interface Outcome {
  /** Of the thing that it was about; null where nothing happened. */
  readonly id: string | null
  readonly userErrors: readonly UserError[]
  readonly mark: PositionMark | null
  readonly replayed: boolean
  /** Of the thing, now: how many events it has. Null where nothing happened. */
  readonly version: number | null
}

export const refused = (userErrors: readonly UserError[]): Outcome => ({
  id: null,
  userErrors,
  mark: null,
  replayed: false,
  version: null,
})

export const done = (store: EventStore, id: string, executed: Executed<unknown>): Outcome => {
  const { position, event, replayed, revision } = executed
  const mark = position === null || event === null ? null : { epoch: store.epoch, position, event }
  return { id, userErrors: [], mark, replayed, version: revision + 1 }
}

export const PayloadType = builder.interfaceRef<Outcome>('Payload').implement({
  description: 'What became of a mutation. Without errors it is done, and durable.',
  fields: (t) => ({
    userErrors: t.field({ type: [UserErrorType], resolve: ({ userErrors }) => [...userErrors] }),
    position: t.string({
      nullable: true,
      description:
        'Where it stands in the log. Give it to queries as `minPosition`, and they will have seen it.',
      resolve: ({ mark }) => (mark === null ? null : writePosition(mark)),
    }),
    replayed: t.exposeBoolean('replayed', {
      description: 'True where it had been done before, under this key.',
    }),
    version: t.exposeInt('version', {
      nullable: true,
      description:
        'Of the thing that was changed: how many events it has. For `expectedVersion` where that may be left out; where it is required, it is the version of terms, offer, bundle or segment instead.',
    }),
  }),
})

type Types = PothosSchemaTypes.ExtendDefaultTypes<ApiTypes>

/** A payload type: what every payload tells, and the thing itself, null where nothing happened. */
export const definePayload = (name: string, fields: (t: ObjectFieldBuilder<Types, Outcome>) => FieldMap) =>
  builder.objectRef<Outcome>(name).implement({ interfaces: [PayloadType], fields })

export type PayloadRef = ReturnType<typeof definePayload>
