/** Bearer JWTs: checked once, then remembered for a while, since checking a signature costs more than a query. */
import { decodeJwt, errors, jwtVerify } from 'jose'
import type { Clock } from '../../platform/clock.ts'
import { BoundedMap } from './bounded-map.ts'
import type { Issuer } from './issuers.ts'

export interface TokenClaims {
  readonly issuer: Issuer
  /** `sub`, as the issuer gave it. */
  readonly subject: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** The token opens nothing; the message says why, and nothing of what it holds. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused'
}

const algorithms = ['EdDSA', 'ES256', 'RS256']
const longest = 8_192
/** A key that its issuer took back opens nothing after this time, in milliseconds. */
const rememberedMs = 300_000

interface Remembered extends TokenClaims {
  readonly until: number
}

export type VerifyToken = (token: string) => Promise<TokenClaims>

const issuerOf = (token: string, issuers: ReadonlyMap<string, Issuer>): Issuer => {
  let name: string | undefined
  try {
    name = decodeJwt(token).iss
  } catch {
    throw new TokenRefused('This is no JWT. Send one as "Authorization: Bearer …", or an API key.')
  }
  const issuer = name === undefined ? undefined : issuers.get(name)
  if (issuer === undefined) throw new TokenRefused('The token is of an issuer that is not known here.')
  return issuer
}

/** Never says more than which check failed. */
const refusalOf = (error: unknown): Error => {
  if (error instanceof errors.JWTExpired) return new TokenRefused('The token has expired. Get a new one.')
  if (error instanceof errors.JWTClaimValidationFailed)
    return new TokenRefused(`The token is not for use here: its claim "${error.claim}" does not fit.`)
  if (error instanceof errors.JOSEError) return new TokenRefused('The token is not signed by its issuer.')
  return error instanceof Error ? error : new TokenRefused('The token could not be checked.')
}

/** @throws (rejects) {TokenRefused}, or whatever keeps the issuer's keys from being had */
export const createTokenVerifier = (issuers: readonly Issuer[], clock: Clock, size = 10_000): VerifyToken => {
  const byName = new Map(issuers.map((issuer) => [issuer.name, issuer]))
  const remembered = new BoundedMap<Remembered>(size)
  const underWay = new Map<string, Promise<TokenClaims>>()

  const verify = async (token: string): Promise<TokenClaims> => {
    const issuer = issuerOf(token, byName)
    try {
      const { payload } = await jwtVerify(token, issuer.keys, {
        issuer: issuer.name,
        audience: issuer.audience,
        algorithms,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(clock.now()),
        clockTolerance: 5,
      })
      const { sub, exp } = payload
      if (sub === undefined || exp === undefined || sub === '')
        throw new TokenRefused('The token names nobody.')
      const expiresAt = exp * 1_000
      const claims = { issuer, subject: sub, expiresAt }
      remembered.set(token, { ...claims, until: Math.min(expiresAt, clock.now() + rememberedMs) })
      return claims
    } catch (error) {
      throw refusalOf(error)
    } finally {
      underWay.delete(token)
    }
  }

  return async (token) => {
    if (token.length > longest) throw new TokenRefused('The token is too long to be one.')
    const known = remembered.get(token)
    if (known !== undefined && known.until > clock.now()) return known
    const running = underWay.get(token) ?? verify(token)
    underWay.set(token, running)
    return await running
  }
}
