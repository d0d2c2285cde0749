/** Whose tokens are believed. */
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'

export interface Issuer {
  /** The `iss` of its tokens. */
  readonly name: string
  /** The `aud` that its tokens must carry. */
  readonly audience: string
  readonly keys: JWTVerifyGetKey
  /**
   * What its `sub` is. `OWN`: the id of a person or service of this deployment. `CLAIMED`: an id of the issuer's
   * own, which a person has claimed (the stream `identity-…`).
   */
  readonly subjects: 'OWN' | 'CLAIMED'
}

/** An OIDC provider, whose keys are fetched, kept and refreshed. */
export const remoteIssuer = (name: string, audience: string, jwksUrl: URL): Issuer => ({
  name,
  audience,
  keys: createRemoteJWKSet(jwksUrl),
  subjects: 'CLAIMED',
})

/** An issuer whose keys are at hand. */
export const localIssuerOf = (name: string, audience: string, keys: JSONWebKeySet): Issuer => ({
  name,
  audience,
  keys: createLocalJWKSet(keys),
  subjects: 'OWN',
})
