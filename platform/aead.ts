/** AES-256-GCM: bytes that only the key opens, and only where they were sealed for. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

export const keyLength = 32
const ivLength = 12
const tagLength = 16

export interface Ciphertext {
  readonly iv: Buffer
  readonly text: Buffer
  readonly tag: Buffer
}

/** `associated` is not hidden, but has to be the same again to open. The nonce is random: 2^32 uses a key, at most. */
export const encrypt = (key: Uint8Array, associated: string, plain: Uint8Array): Ciphertext => {
  const iv = randomBytes(ivLength)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength })
  cipher.setAAD(Buffer.from(associated))
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  return { iv, text, tag: cipher.getAuthTag() }
}

/** The plain bytes; null where key, associated data or ciphertext are not those of the sealing. */
export const decrypt = (
  key: Uint8Array,
  associated: string,
  { iv, text, tag }: Ciphertext,
): Buffer | null => {
  if (iv.length !== ivLength || tag.length !== tagLength) return null
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength })
  decipher.setAAD(Buffer.from(associated))
  decipher.setAuthTag(tag)
  const begin = decipher.update(text)
  try {
    return Buffer.concat([begin, decipher.final()])
  } catch {
    return null
  }
}

/** nonce, tag and text in one, for a column of its own. */
export const pack = ({ iv, tag, text }: Ciphertext): Buffer => Buffer.concat([iv, tag, text])

export const unpack = (packed: Uint8Array): Ciphertext => {
  const bytes = Buffer.from(packed)
  return {
    iv: bytes.subarray(0, ivLength),
    tag: bytes.subarray(ivLength, ivLength + tagLength),
    text: bytes.subarray(ivLength + tagLength),
  }
}
