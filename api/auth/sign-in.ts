/** Sign-in links for people of this deployment: codes that are good once, for a while, in this process alone. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import { BoundedMap } from './bounded-map.ts'
import type { LocalIssuer } from './issuer.ts'

/** Seconds that a token from a link says who somebody is. */
const tokenSeconds = 12 * 3_600
/** Milliseconds that a link waits to be used. */
const linkMs = 24 * 3_600_000

export interface SignIn {
  /** The path of a link that signs this person or service in, once. */
  linkFor(subject: string): string
  /** A token for whom the code is for; null where it is used, too old, or none of ours. */
  redeem(code: string): Promise<string | null>
}

export const createSignIn = (issuer: Pick<LocalIssuer, 'issueToken'>, clock: Clock): SignIn => {
  const codes = new BoundedMap<{ readonly subject: string; readonly until: number }>(1_000)
  return {
    linkFor(subject) {
      const code = randomBytes(24).toString('base64url')
      codes.set(code, { subject, until: clock.now() + linkMs })
      return `/sign-in?code=${code}`
    },
    async redeem(code) {
      const found = codes.get(code)
      codes.delete(code)
      if (found === undefined || found.until < clock.now()) return null
      return await issuer.issueToken(found.subject, tokenSeconds)
    },
  }
}
