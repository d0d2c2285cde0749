/**
 * Sealing of personal data, so that events can be kept for ever and what they say of a person cannot: a sealed
 * value is opened only with the key of its subject and purpose, and only where it was sealed for.
 */
import { createHmac } from 'node:crypto'
import { decrypt, encrypt } from './aead.ts'
import type { KeyStore } from './key-store.ts'

/**
 * A sealed value as it stands in an event; `iv`, `text` and `tag` in base64. `subject` is the key's handle,
 * opaque: the id of a person here would outlive the person's erasure.
 */
export interface Sealed {
  readonly subject: string
  readonly purpose: string
  readonly iv: string
  readonly text: string
  readonly tag: string
}

export type Opened = { readonly state: 'OPEN'; readonly text: string } | { readonly state: 'FORGOTTEN' }

/** The value does not open: it was changed, stands where it was not sealed for, or its key is not in this store. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken'
  constructor(where: string, why: string) {
    super(`The sealed value at ${where} does not open: ${why}.`)
  }
}

/** `where` says where the value stands (stream and field, say): sealed for one place, it opens in no other. */
export interface Sealing {
  /**
   * Seals text with the key of a subject (a person's id, say) for a purpose, which is made where there is none.
   * @throws {KeyDestroyed} (rejects) where that subject was forgotten for that purpose
   */
  seal(subject: string, purpose: string, where: string, text: string): Promise<Sealed>
  /** @throws {SealBroken} */
  open(where: string, sealed: Sealed): Opened
}

const associatedData = (handle: string, purpose: string, where: string): string =>
  JSON.stringify([handle, purpose, where])

export const createSealing = (keys: KeyStore): Sealing => ({
  async seal(subject, purpose, where, text) {
    const { handle, key } = await keys.keyFor(subject, purpose)
    const { iv, text: hidden, tag } = encrypt(key, associatedData(handle, purpose, where), Buffer.from(text))
    return {
      subject: handle,
      purpose,
      iv: iv.toString('base64'),
      text: hidden.toString('base64'),
      tag: tag.toString('base64'),
    }
  },

  open(where, { subject: handle, purpose, iv, text, tag }) {
    const found = keys.keyOf(handle)
    if (found === 'DESTROYED') return { state: 'FORGOTTEN' }
    if (found === 'UNKNOWN') throw new SealBroken(where, 'its key is not in this key store')
    const plain = decrypt(found.key, associatedData(handle, purpose, where), {
      iv: Buffer.from(iv, 'base64'),
      text: Buffer.from(text, 'base64'),
      tag: Buffer.from(tag, 'base64'),
    })
    if (!plain) throw new SealBroken(where, 'it was changed, or sealed for another place')
    return { state: 'OPEN', text: plain.toString() }
  },
})

/**
 * What names the stream of an external identity: HMAC-SHA-256 in lower-case hex, so that the same identity
 * is found again, and none can be guessed without the key.
 */
export const identityHash = (identityKey: Uint8Array, provider: string, externalId: string): string =>
  createHmac('sha256', identityKey)
    .update(JSON.stringify([provider, externalId]))
    .digest('hex')
