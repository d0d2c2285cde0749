/** Texts that are taken, and how people are told what is wrong with what they sent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type World } from './support/world.ts'

let world: World
let token: string
beforeAll(async () => {
  world = await createWorld()
  token = await world.signIn('OPERATOR')
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
})

describe('names', () => {
  const text =
    'mutation ($input: ApplyAsPartnerInput!) { applyAsPartner(input: $input) { userErrors { code path } partner { id } } }'
  const apply = async (name: string) => {
    const key = { idempotencyKey: encodeURIComponent(name) }
    const { body } = await world.ask(text, { input: { name, key } }, token)
    expect(body.errors).toBeUndefined()
    return body.data
  }
  const refused = {
    applyAsPartner: { userErrors: [{ code: 'INVALID', path: ['input', 'name'] }], partner: null },
  }

  it.each([
    ['turns what follows', 'Acme \u202egnp.exe'],
    ['turns what is isolated', 'Acme \u2067exe\u2069'],
    ['has a space of no width', 'Ac\u200bme'],
    ['has a soft hyphen', 'Ac\u00adme'],
    ['begins with a byte order mark', '\ufeffAcme'],
    ['has a joiner between Latin letters', 'Ac\u200dme'],
    ['has a mark of direction, and no letters for it', 'Acme\u200e'],
    ['has tags', 'Acme\u{e0041}'],
  ])('that %s are INVALID', async (_, name) => {
    expect(await apply(name)).toEqual(refused)
  })

  it.each([
    ['emoji of several', 'Fam\u00edlia \u{1f469}\u200d\u{1f469}\u200d\u{1f466} Ltda'],
    ['a flag of tags', 'Fans \u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    ['Hebrew', '\u05e9\u05dc\u05d5\u05dd (Acme)\u200f'],
    ['Persian', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
    ['Sinhala', '\u0dc1\u0dca\u200d\u0dbb\u0dd3'],
    ['Japanese', '\u682a\u5f0f\u4f1a\u793e\u3000\u30c6\u30b9\u30c8'],
  ])('of %s are taken', async (_, name) => {
    expect(await apply(name)).toMatchObject({ applyAsPartner: { userErrors: [] } })
  })
})

describe('words', () => {
  const simulate = async (more: object) => {
    const id = (prefix: string) => `${prefix}_01h455vb4pex5vsknk084sn02q`
    const input = {
      partnerId: id('partner'),
      communityId: id('community'),
      amount: '100',
      currency: 'BRL',
      ...more,
    }
    const text = 'query ($input: SimulateSplitInput!) { simulateSplit(input: $input) { base { minor } } }'
    const { body } = await world.ask(text, { input }, token)
    return body.errors?.[0]?.message
  }

  it.each([
    ['a negative amount', { amount: '-1' }, 'input.amount: This has to be a whole number from 0 on.'],
    [
      'a share above all',
      { poolOverride: 10_001 },
      'input.poolOverride: This has to be a whole number of at most 10000.',
    ],
    ['an id of something else', { partnerId: 'x' }, /^input\.partnerId: This is no id of a partner: /],
    [
      'a code with a blank',
      { category: 'a b' },
      'input.category: This does not have the form that is expected here.',
    ],
  ])('against %s are for people', async (_, more, words) => {
    expect(await simulate(more)).toMatch(words)
  })
})
