/** Projections over typed events of the catalogue. */
import type { z } from 'zod'
import type { catalogue, EventType } from '../../domain/catalogue.ts'
import type { RecordedEvent } from '../../eventstore/event.ts'
import type { ProjectionSpec } from '../documents.ts'
import type { Change, Projection } from '../projection.ts'

export type DataOf<Type extends EventType> = z.infer<(typeof catalogue)[Type]['data']>

/** A recorded event of the types named, discriminated on `type`. */
export type EventOf<Type extends EventType> = { [One in Type]: RecordedEvent<One, DataOf<One>> }[Type]

/**
 * A projection of the types named. Events come out of the log, where only what the catalogue describes gets in,
 * in the current version of their type: the type's name vouches for the data.
 */
export const view = <Type extends EventType>(
  spec: Pick<Projection, 'route'> &
    ProjectionSpec & {
      readonly types: readonly Type[]
      readonly changes: (event: EventOf<Type>) => readonly Change[]
    },
): Projection => {
  const { name, version, collections, types, changes, route } = spec
  const wanted: ReadonlySet<string> = new Set(types)
  const isWanted = (event: RecordedEvent): event is EventOf<Type> => wanted.has(event.type)
  return {
    name,
    version,
    collections,
    types,
    route,
    changes: (event) => (isWanted(event) ? changes(event) : []),
  }
}
