/**
 * API keys, for systems. A key reads `tk_{subject}.{key id}.{secret}`: the subject leads to the stream that says
 * what the key opens, which holds the SHA-256 of the secret alone.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type AccessState, openedBy } from '../../domain/access.ts'
import { sha256 } from '../../platform/sha256.ts'
import type { Grant } from './principal.ts'

export interface ApiKeyParts {
  readonly subject: string
  readonly keyId: string
  readonly secret: string
}

const shape =
  /^tk_((?:person|service)_[0-7][0-9a-hjkmnp-tv-z]{25})\.(key_[0-7][0-9a-hjkmnp-tv-z]{25})\.([\w-]{43})$/

export const isApiKey = (text: string): boolean => text.startsWith('tk_')

/** Undefined where the text is no key. */
export const parseApiKey = (text: string): ApiKeyParts | undefined => {
  const [, subject, keyId, secret] = shape.exec(text) ?? []
  return subject === undefined || keyId === undefined || secret === undefined
    ? undefined
    : { subject, keyId, secret }
}

/** A new secret (256 bits) with the key that holds it, to be shown once, and what is kept of it. */
export const makeApiKey = (
  subject: string,
  keyId: string,
): { readonly text: string; readonly secretHash: string } => {
  const secret = randomBytes(32).toString('base64url')
  return { text: `tk_${subject}.${keyId}.${secret}`, secretHash: sha256(secret) }
}

/** What the key opens at an instant (ISO 8601), or null. Takes the same time for every wrong secret. */
export const openApiKey = (
  state: AccessState,
  { keyId, secret }: ApiKeyParts,
  at: string,
): { readonly grant: Grant; readonly expiresAt: number | null } | null => {
  const held = state.keys.find((key) => key.keyId === keyId)
  const given = sha256(secret)
  // Hashes are compared in constant time, also where there is nothing to compare with.
  const isRight = timingSafeEqual(Buffer.from(given), Buffer.from(held?.secretHash ?? '0'.repeat(64)))
  if (held === undefined || !isRight) return null
  const grant = openedBy(state, keyId, given, at)
  return grant === null
    ? null
    : { grant, expiresAt: held.expiresAt === null ? null : Date.parse(held.expiresAt) }
}
