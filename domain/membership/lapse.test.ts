import { beforeEach, describe, expect, it } from 'vitest'
import { givenCommunity, givenPerson, ids, membershipOf } from '../../tests/support/ecosystem.ts'
import { derive, idOf, World } from '../../tests/support/world.ts'
import { makeMembership } from '../membership.ts'
import type { Join, MembershipCommand } from './commands.ts'
import { inviterAt, membershipSource } from './state.ts'

const membership = makeMembership(derive)
const ana = idOf('person', 1)
const bia = idOf('person', 2)
const joinedAt = '2026-01-01T00:00:00.000Z'
const leave = { type: 'LeaveCommunity', leftAt: '2026-02-01T00:00:00.000Z', reason: 'Moved away' } as const
const bind = (from: string): Join => ({
  type: 'JoinCommunity',
  communityId: ids.community,
  personId: ana,
  how: 'PRIVATE',
  channel: 'wechat',
  through: null,
  inviterId: bia,
  joinedAt: from,
  bindingDays: 10,
  stated: false,
})

let world: World
const asked = (command: MembershipCommand) => world.when(membership, membershipOf(ana), command)
const state = () => world.state(membershipSource, membershipOf(ana))

beforeEach(() => {
  world = givenCommunity(new World())
  givenPerson(world, ana)
  givenPerson(world, bia)
})

describe('the end of a referral binding', () => {
  const until = '2026-01-11T00:00:00.000Z'
  const binds = bind(joinedAt)
  const lapse = { type: 'LapseReferral', from: joinedAt, until, now: until } as const

  it('is told once, when it has come; the member who left too', async () => {
    await asked(binds)
    await asked({ ...leave, leftAt: '2026-01-05T00:00:00.000Z' })
    expect(await asked({ ...lapse, now: '2026-01-10T23:59:59.999Z' })).toEqual([])
    expect(await asked({ ...lapse, now: '2026-02-01T00:00:00.000Z' })).toMatchObject([
      { type: 'ReferralLapsed', data: { membershipId: membershipOf(ana), inviterId: bia, at: until } },
    ])
    expect(await asked(lapse)).toEqual([])
  })

  it('changes nothing of what the binding counts for', async () => {
    await asked(binds)
    const [within, after] = ['2026-01-10T23:59:59.999Z', until]
    const before = [inviterAt(state(), within), inviterAt(state(), after)]
    await asked(lapse)
    expect([inviterAt(state(), within), inviterAt(state(), after)]).toEqual(before)
    expect(before).toEqual([bia, null])
  })

  it('is not told of a binding that was unbound before', async () => {
    await asked(binds)
    await asked({ type: 'UnbindReferral', at: '2026-01-05T00:00:00.000Z', reason: 'Wrong person' })
    expect(await asked(lapse)).toEqual([])
  })

  it('is not told of a binding that another one came after, and is of that one', async () => {
    await asked(binds)
    await asked({ ...leave, leftAt: until })
    await asked(bind('2026-02-01T00:00:00.000Z'))
    expect(await asked({ ...lapse, now: '2026-03-01T00:00:00.000Z' })).toEqual([])
    const [from, end] = ['2026-02-01T00:00:00.000Z', '2026-02-11T00:00:00.000Z']
    expect(await asked({ ...lapse, from, until: end, now: end })).toMatchObject([{ data: { at: end } }])
  })

  it('is told again of a binding that came after', async () => {
    await asked(binds)
    await asked(lapse)
    await asked(leave)
    await asked(bind('2026-03-01T00:00:00.000Z'))
    const [from, end] = ['2026-03-01T00:00:00.000Z', '2026-03-11T00:00:00.000Z']
    expect(await asked({ ...lapse, from, until: end, now: end })).toHaveLength(1)
  })

  it('is not told of somebody who was never bound', async () => {
    await asked({ ...binds, inviterId: null })
    expect(await asked(lapse)).toEqual([])
  })
})
