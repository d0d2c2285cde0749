/** The deployment's own signature (Ed25519): on seals of the log and on the list of erasures. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { join } from 'node:path'
import { readOrMakeSecret } from './secret-file.ts'
import { sha256 } from './sha256.ts'

export interface SigningKey {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** Names the key: the first 16 hex digits of the SHA-256 of the public key (SPKI, DER). */
  readonly id: string
  /** The public key as PEM, to be given to whoever verifies. */
  readonly publicPem: string
  /** Signature of a text's UTF-8, in base64url. */
  sign(text: string): string
}

const makePem = (): string =>
  generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey

/**
 * The key in `signing-key.pem` of the data folder; made at first use.
 * @throws {SecretExposed} where others may read the file
 */
export const openSigningKey = (dataFolder: string): SigningKey => {
  const privateKey = createPrivateKey(readOrMakeSecret(join(dataFolder, 'signing-key.pem'), makePem))
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new TypeError(
      `signing-key.pem in ${dataFolder} holds a key that is not Ed25519. Put the right one back.`,
    )
  }
  const publicKey = createPublicKey(privateKey)
  return {
    privateKey,
    publicKey,
    id: sha256(publicKey.export({ type: 'spki', format: 'der' })).slice(0, 16),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
  }
}

/** Whether the signature (base64url) of this text was made with the key whose public half this is. */
export const isSignedBy = (publicPem: string, text: string, signature: string): boolean =>
  verify(null, Buffer.from(text), publicPem, Buffer.from(signature, 'base64url'))
