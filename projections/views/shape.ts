/**
 * Shapes of documents, checked where a document comes back from a store: plain guards, since they run for each
 * document that a fold touches.
 */

export interface Shape<T> {
  readonly is: (value: unknown) => value is T
}

export type Shaped<S> = S extends Shape<infer T> ? T : never

export const text: Shape<string> = { is: (value) => typeof value === 'string' }
export const integer: Shape<number> = { is: (value): value is number => Number.isSafeInteger(value) }
export const flag: Shape<boolean> = { is: (value) => typeof value === 'boolean' }

export const nullable = <T>(inner: Shape<T>): Shape<T | null> => ({
  is: (value): value is T | null => value === null || inner.is(value),
})

export const oneOf = <const T extends string>(values: readonly T[]): Shape<T> => {
  const known: ReadonlySet<unknown> = new Set(values)
  return { is: (value): value is T => known.has(value) }
}

export const list = <T>(inner: Shape<T>): Shape<readonly T[]> => ({
  is: (value): value is readonly T[] => Array.isArray(value) && value.every((item) => inner.is(item)),
})

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** An object that has at least these properties. */
export const object = <Parts extends Readonly<Record<string, Shape<unknown>>>>(
  parts: Parts,
): Shape<{ readonly [Name in keyof Parts]: Shaped<Parts[Name]> }> => {
  const checks = Object.entries(parts)
  return {
    is: (value): value is { readonly [Name in keyof Parts]: Shaped<Parts[Name]> } => {
      if (!isRecord(value)) return false
      for (const [name, shape] of checks) if (!shape.is(value[name])) return false
      return true
    },
  }
}

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
