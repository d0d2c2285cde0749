/** How the catalogue states an event: the stream it lives in, its schema version, what it means, its data. */
import type { z } from 'zod'

export interface EventDefinition<Schema extends z.ZodType> {
  readonly streams: readonly string[]
  readonly version: number
  readonly meaning: string
  readonly data: Schema
}

export const event = <Schema extends z.ZodType>(
  streams: string | readonly string[],
  meaning: string,
  data: Schema,
  version = 1,
): EventDefinition<Schema> => ({
  streams: typeof streams === 'string' ? [streams] : streams,
  version,
  meaning,
  data,
})

/** The union of events that a group of definitions states, discriminated on `type`. */
export type EventsOf<Definitions extends Record<string, EventDefinition<z.ZodType>>> = {
  [Type in keyof Definitions & string]: {
    readonly type: Type
    readonly data: z.infer<Definitions[Type]['data']> & object
  }
}[keyof Definitions & string]

/** The type names that a group of definitions states. */
export const eventTypes = <Definitions extends Record<string, EventDefinition<z.ZodType>>>(
  definitions: Definitions,
): readonly (keyof Definitions & string)[] =>
  Object.keys(definitions).filter((type): type is keyof Definitions & string =>
    Object.hasOwn(definitions, type),
  )
