/** From the header `Authorization` to who asks, and what they may do. */
import { RequestError } from '../graphql/request-error.ts'
import type { Services } from '../services.ts'
import { isApiKey, openApiKey, parseApiKey } from './api-key.ts'
import { createKnownAccess } from './known-access.ts'
import type { Principal } from './principal.ts'
import { createTokenVerifier, type TokenClaims, TokenRefused } from './token.ts'

/**
 * Null where the header is absent: then nobody asks.
 * @throws (rejects) {RequestError} UNAUTHENTICATED
 */
export type Authenticate = (header: string | undefined) => Promise<Principal | null>

type Parts = Pick<
  Services,
  'handler' | 'model' | 'documents' | 'clock' | 'issuers' | 'sealing' | 'identityHash'
>

const refused = (message: string): RequestError => new RequestError('UNAUTHENTICATED', message)

const schemeShape = /^Bearer +([!-~]+) *$/i

/** Where the person's id is sealed within an identity's stream. */
export const identityPlace = (hash: string): string => `identity-${hash}`

export const createAuthenticate = (services: Parts): Authenticate => {
  const { clock, sealing, identityHash } = services
  const known = createKnownAccess(services)
  const verify = createTokenVerifier(services.issuers, clock)

  const claimedBy = async (claims: TokenClaims): Promise<string> => {
    const hash = identityHash(claims.issuer.name, claims.subject)
    const { answer: person } = await known.personOf(hash)
    const opened = person === null ? null : sealing.open(identityPlace(hash), person)
    if (opened?.state !== 'OPEN') throw refused('Nobody here has claimed the identity that the token names.')
    return opened.text
  }

  const byToken = async (token: string): Promise<Principal> => {
    const claims = await verify(token).catch((error: unknown) => {
      throw error instanceof TokenRefused ? refused(error.message) : error
    })
    const subject = claims.issuer.subjects === 'OWN' ? claims.subject : await claimedBy(claims)
    const { answer, isRemembered } = await known.of(subject)
    return { subject, grants: answer.grants, expiresAt: claims.expiresAt, keyId: null, isRemembered }
  }

  const byKey = async (text: string): Promise<Principal> => {
    const parts = parseApiKey(text)
    if (parts === undefined) throw refused('This is no API key: it was cut or changed.')
    const { answer, isRemembered } = await known.of(parts.subject)
    const opened = openApiKey(answer, parts, new Date(clock.now()).toISOString())
    if (opened === null) throw refused('The API key opens nothing: it is wrong, revoked or expired.')
    const { grant, expiresAt } = opened
    return { subject: parts.subject, grants: [grant], expiresAt, keyId: parts.keyId, isRemembered }
  }

  return async (header) => {
    if (header === undefined) return null
    const credential = schemeShape.exec(header)?.[1]
    if (credential === undefined) throw refused('Send "Authorization: Bearer …" with a JWT or an API key.')
    return isApiKey(credential) ? await byKey(credential) : await byToken(credential)
  }
}
