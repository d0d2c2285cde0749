/**
 * Shapes of documents, checked where a document comes back from a store. They run for each document that a fold
 * touches, so the plain kinds are checked in place rather than by a call.
 */

export interface Shape<T> {
  readonly is: (value: unknown) => value is T
  readonly kind?: Kind
}

/** What `is` of the shape comes to, where it is as simple as that. */
type Kind = 'text' | 'integer' | 'text or null' | 'integer or null'

export type Shaped<S> = S extends Shape<infer T> ? T : never

export const text: Shape<string> = { is: (value) => typeof value === 'string', kind: 'text' }
export const integer: Shape<number> = {
  is: (value): value is number => Number.isSafeInteger(value),
  kind: 'integer',
}
export const flag: Shape<boolean> = { is: (value) => typeof value === 'boolean' }

const nullableKind = (kind: Kind | undefined): { readonly kind?: Kind } => {
  if (kind === 'text') return { kind: 'text or null' }
  return kind === 'integer' ? { kind: 'integer or null' } : {}
}

export const nullable = <T>(inner: Shape<T>): Shape<T | null> => ({
  is: (value): value is T | null => value === null || inner.is(value),
  ...nullableKind(inner.kind),
})

export const oneOf = <const T extends string>(values: readonly T[]): Shape<T> => {
  const known: ReadonlySet<unknown> = new Set(values)
  return { is: (value): value is T => known.has(value) }
}

const holds = (shape: Shape<unknown>, value: unknown): boolean => {
  switch (shape.kind) {
    case 'text':
      return typeof value === 'string'
    case 'integer':
      return Number.isSafeInteger(value)
    case 'text or null':
      return value === null || typeof value === 'string'
    case 'integer or null':
      return value === null || Number.isSafeInteger(value)
    default:
      return shape.is(value)
  }
}

export const list = <T>(inner: Shape<T>): Shape<readonly T[]> => ({
  is: (value): value is readonly T[] => {
    if (!Array.isArray(value)) return false
    for (let index = 0; index < value.length; index += 1) if (!holds(inner, value[index])) return false
    return true
  },
})

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** An object that has at least these properties. */
export const object = <Parts extends Readonly<Record<string, Shape<unknown>>>>(
  parts: Parts,
): Shape<{ readonly [Name in keyof Parts]: Shaped<Parts[Name]> }> => {
  const checks = Object.entries(parts).map(([name, shape]) => ({ name, shape }))
  return {
    is: (value): value is { readonly [Name in keyof Parts]: Shaped<Parts[Name]> } => {
      if (!isRecord(value)) return false
      for (const { name, shape } of checks) if (!holds(shape, value[name])) return false
      return true
    },
  }
}

/** A list of a fixed length, each place with a shape of its own. */
export const tuple = <const Parts extends readonly Shape<unknown>[]>(
  parts: Parts,
): Shape<{ readonly [Place in keyof Parts]: Shaped<Parts[Place]> }> => ({
  is: (value): value is { readonly [Place in keyof Parts]: Shaped<Parts[Place]> } => {
    if (!Array.isArray(value) || value.length !== parts.length) return false
    let place = 0
    for (const shape of parts) {
      if (!holds(shape, value[place])) return false
      place += 1
    }
    return true
  },
})

/** An object used as a table: any keys, values of one shape. */
export const table = <T>(inner: Shape<T>): Shape<Readonly<Record<string, T>>> => ({
  is: (value): value is Readonly<Record<string, T>> =>
    isRecord(value) && Object.values(value).every((item) => inner.is(item)),
})

/** A value that a schema of the domain describes; for documents that seldom change. */
export const described = <T>(schema: {
  safeParse(value: unknown): { success: boolean; data?: T }
}): Shape<T> => ({
  is: (value): value is T => schema.safeParse(value).success,
})
