import { describe, expect, it } from 'vitest'
import { type AccessRule, reaches, reachesNothing, reachUnder } from './reach.ts'

const partner = 'partner_01h455vb4pex5vsknk084sn02q'
const community = 'community_01h455vb4pex5vsknk084sn02q'
const rule: AccessRule = { BRAND_ADMIN: 'OWN', OPERATOR: 'ALL', SERVICE: 'ALL', BRAND_VIEWER: 'ANY' }

describe('a role reaches', () => {
  it('its organisation alone, where it is held for one', () => {
    const reach = reachUnder(rule, [{ role: 'BRAND_ADMIN', organisation: partner }])
    expect([reaches(reach, [partner]), reaches(reach, [community]), reach.all]).toEqual([true, false, false])
  })

  it('everything, where it is held for the platform and the rule says ALL', () => {
    expect(reachUnder(rule, [{ role: 'OPERATOR', organisation: null }]).all).toBe(true)
  })

  it('its organisation alone under ALL, where it is held for one', () => {
    const reach = reachUnder(rule, [{ role: 'SERVICE', organisation: community }])
    expect([reach.all, reaches(reach, [community]), reaches(reach, [partner])]).toEqual([false, true, false])
  })

  it('everything under ANY, whichever organisation it is held for', () => {
    expect(reachUnder(rule, [{ role: 'BRAND_VIEWER', organisation: partner }]).all).toBe(true)
  })

  it('what all of its grants reach together', () => {
    const reach = reachUnder(rule, [
      { role: 'BRAND_ADMIN', organisation: partner },
      { role: 'SERVICE', organisation: community },
    ])
    expect([...reach.organisations].sort()).toEqual([community, partner])
  })
})

describe('a role reaches nothing', () => {
  it.each([
    ['that the rule does not name', [{ role: 'AUDITOR', organisation: null }]],
    ['under OWN, where it is held for the platform', [{ role: 'BRAND_ADMIN', organisation: null }]],
    ['that is held for the wrong kind of organisation', [{ role: 'BRAND_ADMIN', organisation: community }]],
    ['that nobody holds', []],
  ] as const)('%s', (_, grants) => {
    expect(reachesNothing(reachUnder(rule, grants))).toBe(true)
  })
})
