import { expect, it } from 'vitest'
import { fakeClock } from '../../platform/clock.ts'
import type { LocalIssuer } from './issuer.ts'
import { createSignIn } from './sign-in.ts'

const subject = 'person_01h455vb4pex5vsknk084sn02q'
const codeOf = (link: string) => new URL(link, 'http://localhost').searchParams.get('code') ?? ''
const issuer: Pick<LocalIssuer, 'issueToken'> = { issueToken: async (whom) => `token of ${whom}` }

it('signs in whom the link is for, once', async () => {
  const signIn = createSignIn(issuer, fakeClock())
  const code = codeOf(signIn.linkFor(subject))
  expect(await signIn.redeem(code)).toBe(`token of ${subject}`)
  expect(await signIn.redeem(code)).toBeNull()
})

it('signs nobody in with a code of its own making, nor a day later', async () => {
  const clock = fakeClock()
  const signIn = createSignIn(issuer, clock)
  expect(await signIn.redeem('x')).toBeNull()
  const code = codeOf(signIn.linkFor(subject))
  clock.advance(24 * 3_600_000 + 1)
  expect(await signIn.redeem(code)).toBeNull()
})
