import { beforeEach, describe, expect, it } from 'vitest'
import {
  givenCategory,
  givenCommunity,
  givenPartner,
  givenSuspendedPartner,
  ids,
} from '../tests/support/ecosystem.ts'
import { derive, idOf, refusal, World } from '../tests/support/world.ts'
import { partnershipIdOf } from './derive.ts'
import { partner } from './partner.ts'
import {
  makePartnership,
  type PartnershipCommand,
  partnershipSource,
  termsAt,
  termsOfVersion,
} from './partnership.ts'

type Propose = Extract<PartnershipCommand, { type: 'ProposePartnership' }>
type AskedRate = Propose['terms']['rates'][number]

const partnership = makePartnership(derive)
const id = partnershipIdOf(derive, ids.partner, ids.community)
const rate = (changes: Partial<AskedRate> = {}): AskedRate => ({
  category: null,
  poolBasisPoints: 2_000,
  division: [
    { role: 'PLATFORM', basisPoints: 3_000, absentTo: 'PLATFORM' },
    { role: 'OWNER', basisPoints: 4_000, absentTo: 'PLATFORM' },
    { role: 'SHARER_1', basisPoints: 2_000, absentTo: 'OWNER' },
    { role: 'SHARER_2', basisPoints: 1_000, absentTo: 'OWNER' },
  ],
  base: 'GROSS',
  paymentFeeBearer: 'PARTNER',
  hold: { days: 14, from: 'CAPTURE' },
  keepPoolOnRefund: false,
  ...changes,
})
const january = '2026-01-01T00:00:00.000Z'
const march = '2026-03-01T00:00:00.000Z'
const propose = (changes: Partial<Propose> = {}): Propose => ({
  type: 'ProposePartnership',
  partnerId: ids.partner,
  communityId: ids.community,
  by: 'COMMUNITY',
  effectiveFrom: january,
  terms: { rates: [rate()] },
  ...changes,
})
const amend = (changes: Partial<Extract<PartnershipCommand, { type: 'AmendPartnership' }>> = {}) =>
  ({
    ...propose(),
    type: 'AmendPartnership',
    expectedVersion: 1,
    by: 'PARTNER',
    effectiveFrom: march,
    ...changes,
  }) as const
const accept = (version: number, by: 'PARTNER' | 'COMMUNITY') =>
  ({ type: 'AcceptPartnership', version, by }) as const
const end = { type: 'EndPartnership', by: 'PARTNER', effectiveAt: march, reason: 'Done' } as const

let world: World
const asked = (command: PartnershipCommand) => world.when(partnership, id, command)
const state = () => world.state(partnershipSource, id)
const versionAt = (instant: string) => termsAt(state(), instant)?.version ?? null
beforeEach(() => {
  world = givenPartner(givenCommunity(new World()))
})

describe('proposing', () => {
  it('states version 1 under the derived id; the same again changes nothing', async () => {
    expect(await asked(propose())).toMatchObject([
      { type: 'PartnershipProposed', data: { partnershipId: id, version: 1, by: 'COMMUNITY' } },
    ])
    expect(await asked(propose())).toEqual([])
    await expect(asked(propose({ effectiveFrom: march }))).rejects.toMatchObject(refusal('TAKEN'))
  })

  it('needs the categories that its rates are for', async () => {
    const rates = [rate(), rate({ category: 'furniture' }), rate({ category: 'nonsense' })]
    givenCategory(world, 'furniture')
    await expect(asked(propose({ terms: { rates } }))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'terms', 'rates', '2', 'category'),
    )
    await asked(propose())
    await expect(asked(amend({ terms: { rates } }))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'terms', 'rates', '2', 'category'),
    )
    expect(await asked(amend({ terms: { rates: rates.slice(0, 2) } }))).toHaveLength(1)
  })

  it('needs an admitted partner and a community', async () => {
    const communityId = idOf('community', 9)
    await expect(asked(propose({ communityId }))).rejects.toMatchObject(refusal('NOT_FOUND', 'communityId'))
    await expect(asked(propose({ partnerId: idOf('partner', 9) }))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'partnerId'),
    )
    givenSuspendedPartner(world)
    await expect(asked(propose())).rejects.toMatchObject(refusal('PARTNER_SUSPENDED', 'partnerId'))
  })

  it('needs a partner that was admitted, not one that only applied', async () => {
    const partnerId = idOf('partner', 2)
    const applied = { partnerId, name: 'B', categories: [], standards: [], source: null }
    world.given(partner, partnerId, { type: 'PartnerApplied', data: applied })
    await expect(asked(propose({ partnerId }))).rejects.toMatchObject(
      refusal('PARTNER_NOT_ADMITTED', 'partnerId'),
    )
  })
})

describe('terms', () => {
  const part = (role: AskedRate['division'][number]['role'], basisPoints: number) =>
    ({ role, basisPoints, absentTo: 'PLATFORM' }) as const
  const refused = (rates: AskedRate[], code: string, ...path: string[]) =>
    expect(asked(propose({ terms: { rates } }))).rejects.toMatchObject(
      refusal(code, 'terms', 'rates', ...path),
    )

  it.each([
    ['sum to less', [part('OWNER', 9_999)]],
    ['sum to more', [part('OWNER', 9_000), part('PLATFORM', 1_001)]],
    ['are none', []],
  ])('whose parts %s are refused', async (_, division) => {
    await refused([rate({ division })], 'SPLIT_NOT_WHOLE', '0', 'division')
  })

  it('may leave out the parts of a pool that there is not', async () => {
    expect(
      await asked(propose({ terms: { rates: [rate({ poolBasisPoints: 0, division: [] })] } })),
    ).toHaveLength(1)
  })

  it('of a pool that there is not are whole all the same, where they are given', async () => {
    await refused(
      [rate({ poolBasisPoints: 0, division: [part('OWNER', 1)] })],
      'SPLIT_NOT_WHOLE',
      '0',
      'division',
    )
  })

  it('name each role once', async () => {
    const division = [part('OWNER', 5_000), part('OWNER', 5_000)]
    await refused([rate({ division })], 'INVALID', '0', 'division', '1', 'role')
  })

  it('pay two levels of sharers at most', async () => {
    const division = [part('SHARER_2', 5_000), part('SHARER_3', 5_000)]
    await refused([rate({ division })], 'TOO_MANY_LEVELS', '0', 'division', '1', 'role')
  })

  it('have one rate for each category, and one default', async () => {
    await refused(
      [rate(), rate({ category: 'home' }), rate({ category: 'home' })],
      'INVALID',
      '2',
      'category',
    )
    await refused([rate(), rate()], 'INVALID', '1', 'category')
  })
})

describe('accepting', () => {
  beforeEach(async () => {
    await asked(propose())
  })

  it('is for the other side; again it changes nothing', async () => {
    await expect(asked(accept(1, 'COMMUNITY'))).rejects.toMatchObject(refusal('NOT_ALLOWED', 'by'))
    expect(await asked(accept(1, 'PARTNER'))).toMatchObject([
      { data: { version: 1, effectiveFrom: january } },
    ])
    expect(await asked(accept(1, 'PARTNER'))).toEqual([])
  })

  it('binds: before, nothing does', async () => {
    expect(versionAt(march)).toBeNull()
    await asked(accept(1, 'PARTNER'))
    expect(versionAt(march)).toBe(1)
  })

  it('is of the latest terms', async () => {
    await asked(amend())
    await expect(asked(accept(1, 'PARTNER'))).rejects.toMatchObject({
      ...refusal('VERSION_CHANGED', 'version'),
      details: { version: 2 },
    })
    await expect(asked(accept(3, 'COMMUNITY'))).rejects.toMatchObject(refusal('VERSION_CHANGED', 'version'))
  })

  it('needs something proposed, and not ended', async () => {
    await asked(end)
    await expect(asked(accept(1, 'PARTNER'))).rejects.toMatchObject(refusal('WRONG_STATE'))
    await expect(world.when(partnership, idOf('partnership', 9), accept(1, 'PARTNER'))).rejects.toMatchObject(
      refusal('NOT_FOUND'),
    )
  })
})

describe('amending', () => {
  it('by either side states the next version; the same again changes nothing', async () => {
    await asked(propose())
    expect(await asked(amend())).toMatchObject([
      { type: 'PartnershipAmended', data: { version: 2, by: 'PARTNER' } },
    ])
    expect(await asked(amend())).toEqual([])
    expect(await asked(amend({ by: 'COMMUNITY', expectedVersion: 2 }))).toMatchObject([
      { data: { version: 3 } },
    ])
  })

  it('names the version that it was made from', async () => {
    await asked(propose())
    await asked(amend())
    await expect(asked(amend({ effectiveFrom: january }))).rejects.toMatchObject({
      ...refusal('VERSION_CHANGED', 'expectedVersion'),
      details: { version: 2 },
    })
  })

  it('needs something proposed, and not ended', async () => {
    await expect(asked(amend())).rejects.toMatchObject(refusal('NOT_FOUND'))
    await asked(propose())
    await asked(end)
    await expect(asked(amend())).rejects.toMatchObject(refusal('WRONG_STATE'))
  })
})

describe('the terms in force', () => {
  beforeEach(async () => {
    await asked(propose())
    await asked(accept(1, 'PARTNER'))
  })

  it('are those accepted with the latest effective date; of equal dates the higher version', async () => {
    await asked(amend())
    expect(versionAt(march)).toBe(1)
    await asked(accept(2, 'COMMUNITY'))
    expect([versionAt('2025-12-31T23:59:59.999Z'), versionAt(january), versionAt(march)]).toEqual([
      null,
      1,
      2,
    ])
    await asked(amend({ expectedVersion: 2, terms: { rates: [rate({ poolBasisPoints: 500 })] } }))
    await asked(accept(3, 'COMMUNITY'))
    expect(versionAt(march)).toBe(3)
    await asked(amend({ expectedVersion: 3, effectiveFrom: '2026-02-01T00:00:00.000Z' }))
    await asked(accept(4, 'COMMUNITY'))
    expect([versionAt('2026-02-01T00:00:00.000Z'), versionAt(march)]).toEqual([4, 3])
    expect(termsOfVersion(state(), 3)).toMatchObject({ rates: [{ poolBasisPoints: 500 }] })
    expect(termsOfVersion(state(), 5)).toBeNull()
  })

  it('end with the partnership', async () => {
    await asked(end)
    expect([versionAt('2026-02-28T23:59:59.999Z'), versionAt(march)]).toEqual([1, null])
  })

  it('begin again where new ones are accepted after the end', async () => {
    await asked(end)
    const again = propose({ by: 'PARTNER', effectiveFrom: '2026-04-01T00:00:00.000Z' })
    expect(await asked(again)).toMatchObject([{ type: 'PartnershipProposed', data: { version: 2 } }])
    await asked(accept(2, 'COMMUNITY'))
    expect([january, march, '2026-04-01T00:00:00.000Z'].map(versionAt)).toEqual([1, null, 2])
  })
})

describe('ending', () => {
  it('is done once, by either side, of what is there', async () => {
    await expect(asked(end)).rejects.toMatchObject(refusal('NOT_FOUND'))
    await asked(propose())
    expect(await asked(end)).toHaveLength(1)
    expect(await asked(end)).toEqual([])
    await expect(asked({ ...end, effectiveAt: january })).rejects.toMatchObject(
      refusal('WRONG_STATE', 'effectiveAt'),
    )
  })
})
