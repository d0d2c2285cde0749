/** The key that makes a request one, however often it is sent: the caller's own number of the thing, or a random one. */
import { builder } from './builder.ts'
import { isRecord } from './input-value.ts'

const SourceInput = builder.inputType('ExternalKeyInput', {
  description: 'The number that a system of record gives the thing.',
  fields: (t) => ({
    source: t.string({ description: 'The system, by a code of yours: SHOP, ERP.' }),
    id: t.string({ description: 'The number there.' }),
  }),
})

export const KeyInput = builder.inputType('KeyInput', {
  isOneOf: true,
  description:
    'What makes two requests one. The same key with the same content answers as the first time (`replayed`); with another content it is refused (KEY_REUSED).',
  fields: (t) => ({
    external: t.field({ type: SourceInput, required: false }),
    idempotencyKey: t.id({ required: false, description: 'A random text of yours, of 1 to 120 characters.' }),
  }),
})

export interface Key {
  /** What ids are derived from. */
  readonly parts: readonly string[]
  /** What is recorded of where a stated fact comes from. */
  readonly source: { readonly system: string; readonly id: string }
  /** The number that the caller's own system gives it; null with a random key. */
  readonly external: { readonly system: string; readonly id: string } | null
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim().length > 0 && value.length <= 120 && value.isWellFormed()
    ? value
    : undefined

/** Undefined where it is malformed: empty, or too long. */
export const readKey = (value: unknown): Key | undefined => {
  if (!isRecord(value)) return undefined
  if (isRecord(value.external)) {
    const system = text(value.external.source)
    const id = text(value.external.id)
    if (system === undefined || id === undefined) return undefined
    const external = { system, id: id.trim() }
    return { parts: ['external', external.system, external.id], source: external, external }
  }
  const id = text(value.idempotencyKey)
  if (id === undefined) return undefined
  return { parts: ['key', id], source: { system: 'API', id }, external: null }
}
