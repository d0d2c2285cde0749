import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCommander } from '../../app/commander.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import { openGate } from '../../app/webhooks.ts'
import { membershipIdOf } from '../../domain/derive.ts'
import type { MembershipCommand } from '../../domain/membership/commands.ts'
import { newId } from '../../platform/ids.ts'
import { until } from '../contract/job-queue/kit.ts'
import { dyingAfter } from '../support/dying-handler.ts'
import { dyingJobs } from '../support/dying-jobs.ts'
import { startWorking } from '../support/running-worker.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
let folder: string
let tributary: Tributary
let communityId: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-lapse-'))
  tributary = await openTributary({ folder: join(folder, 'data') })
  const { communities } = await simulate(tributary, {
    members: 3,
    purchases: 0,
    seed: 4,
    until: '2026-06-01T00:00:00.000Z',
  })
  communityId = communities[0]?.id ?? ''
})
afterEach(async () => {
  await tributary.close()
  rmSync(folder, { recursive: true, force: true })
})

const inMs = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString()
const membershipOf = (personId: string): string => membershipIdOf(tributary.derive, communityId, personId)

const register = async (): Promise<string> => {
  const personId = newId('person')
  await createCommander(tributary, 'test').run(
    tributary.model.person,
    personId,
    { type: 'RegisterPerson', personId, guest: false },
    newId('command'),
  )
  return personId
}
const asked = async (personId: string, command: MembershipCommand): Promise<void> => {
  await createCommander(tributary, 'test').run(
    tributary.model.membership,
    membershipOf(personId),
    command,
    newId('command'),
  )
}
const joinBound = (personId: string, inviterId: string | null, boundUntil: string): Promise<void> =>
  asked(personId, {
    type: 'JoinCommunity',
    communityId,
    personId,
    how: 'PRIVATE',
    channel: 'wechat',
    through: null,
    inviterId,
    joinedAt: new Date(Date.parse(boundUntil) - dayMs).toISOString(),
    bindingDays: 1,
    stated: false,
  })
/** A new member, whom somebody brought, bound until an instant. */
const bind = async (boundUntil: string): Promise<string> => {
  const personId = await register()
  await joinBound(personId, await register(), boundUntil)
  return personId
}
const eventsOf = async (personId: string) =>
  (await tributary.store.readStream(`membership-${membershipOf(personId)}`)).map(({ type }) => type)
const isTold = async (personId: string): Promise<boolean> =>
  (await eventsOf(personId)).includes('ReferralLapsed')

describe('the process that tells the end of referral bindings', () => {
  it('tells it when it comes, of those that end, as caused by who said so', async () => {
    const unbound = await bind(inMs(300))
    await asked(unbound, { type: 'UnbindReferral', at: inMs(-hourMs), reason: 'Wrong person' })
    const running = await startWorking(tributary, {})
    const [later, never] = [await bind(inMs(hourMs)), await register()]
    await joinBound(never, null, inMs(300))
    const ends = await bind(inMs(300))
    await until(() => isTold(ends))
    const queue = (await tributary.jobs()).queue('timers')
    await until(async () => (await queue.stats()).waiting + (await queue.stats()).active === 0)
    await running.stop()
    expect(await eventsOf(unbound)).toEqual(['MemberJoined', 'ReferralBound', 'ReferralUnbound'])
    expect(await eventsOf(later)).toEqual(['MemberJoined', 'ReferralBound'])
    expect(await eventsOf(never)).toEqual(['MemberJoined'])
    const told = (await tributary.store.readStream(`membership-${membershipOf(ends)}`))[2]
    expect(told === undefined ? null : tributary.codec.metadata(told)).toMatchObject({
      causationId: `membership-${membershipOf(ends)}@1`,
      actor: { kind: 'SYSTEM', id: 'referral-lapse' },
    })
  })

  it('tells only of the latest binding, where a member was bound anew before anybody told', async () => {
    const [renewed, watched] = [
      await bind('2026-05-10T00:00:00.000Z'),
      await bind('2026-05-10T00:00:00.000Z'),
    ]
    await asked(renewed, { type: 'LeaveCommunity', leftAt: '2026-05-11T00:00:00.000Z', reason: 'Moved' })
    await joinBound(renewed, await register(), inMs(hourMs))
    const running = await startWorking(tributary, {})
    await until(() => isTold(watched))
    const queue = (await tributary.jobs()).queue('timers')
    await until(async () => (await queue.stats()).waiting + (await queue.stats()).active === 0)
    await running.stop()
    expect(await eventsOf(renewed)).toEqual([
      'MemberJoined',
      'ReferralBound',
      'MemberLeft',
      'MemberJoined',
      'ReferralBound',
    ])
  })

  it('tells it once, wherever the process died', async () => {
    const members: string[] = []
    await openGate(tributary, await tributary.jobs())
    for (let dies = 0; dies < 5; dies += 1) {
      members.push(await bind(inMs(50)), await bind('2026-05-10T00:00:00.000Z'))
      // The opening itself takes one call.
      const jobs = dyingJobs(await tributary.jobs(), dies + 1)
      const handler = dyingAfter(tributary.handler, dies)
      const over = { ...tributary, handler: handler.handler, jobs: async () => jobs.engine }
      const running = await startWorking(over, {})
      const told = async () => (await Promise.all(members.map(isTold))).every(Boolean)
      await until(async () => jobs.isDead() || handler.isDead() || (await told()))
      await running.stop()
    }
    const running = await startWorking(tributary, {})
    for (const personId of members) await until(() => isTold(personId))
    await running.stop()
    for (const personId of members)
      expect(await eventsOf(personId)).toEqual(['MemberJoined', 'ReferralBound', 'ReferralLapsed'])
  })
})
