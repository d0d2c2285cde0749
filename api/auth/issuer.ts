/**
 * The local issuer: signs tokens for people and services of this deployment, where no OIDC provider does. It says
 * who somebody is; what they may do is in the log.
 */
import { exportJWK, importPKCS8, importSPKI, type JSONWebKeySet, SignJWT } from 'jose'
import type { Clock } from '../../platform/clock.ts'
import type { SigningKey } from '../../platform/signing-key.ts'
import { type Issuer, localIssuerOf } from './issuers.ts'

export interface LocalIssuer {
  /** What the API needs to believe its tokens. */
  readonly issuer: Issuer
  /** Public keys, as served at `/.well-known/jwks.json`. */
  readonly jwks: JSONWebKeySet
  /** A JWT that names the subject (`person_…`, `service_…`) for `ttlSeconds`. */
  issueToken(subject: string, ttlSeconds: number): Promise<string>
}

const audience = 'tributary'
const subjectShape = /^(person|service)_[0-7][0-9a-hjkmnp-tv-z]{25}$/

/** `deploymentId` is in the issuer's name, so that a token of another deployment opens nothing. */
export const createLocalIssuer = async (
  key: SigningKey,
  deploymentId: string,
  clock: Clock,
): Promise<LocalIssuer> => {
  const name = `urn:tributary:${deploymentId}`
  const privateKey = await importPKCS8(
    key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'EdDSA',
  )
  const publicKey = await importSPKI(key.publicPem, 'EdDSA', { extractable: true })
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: key.id, alg: 'EdDSA', use: 'sig' }] }
  return {
    issuer: localIssuerOf(name, audience, jwks),
    jwks,
    async issueToken(subject, ttlSeconds) {
      if (!subjectShape.test(subject))
        throw new TypeError(
          `"${subject}" is no id of a person or service, so nobody can be named by a token for it.`,
        )
      const now = Math.floor(clock.now() / 1_000)
      return await new SignJWT()
        .setProtectedHeader({ alg: 'EdDSA', kid: key.id, typ: 'JWT' })
        .setIssuer(name)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + ttlSeconds)
        .sign(privateKey)
    },
  }
}
