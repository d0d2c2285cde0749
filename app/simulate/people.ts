/** People join communities, many because somebody brought them; they share, and are reached. */
import { journeyIdOf, membershipIdOf } from '../../domain/derive.ts'
import { inParallel } from '../commander.ts'
import {
  instantAt,
  type SimulatedCommunity,
  type SimulatedMember,
  type SimulatedOffer,
  type Simulation,
} from './plan.ts'
import { createRandom, type Random } from './random.ts'
import { categories, families } from './trades.ts'

const pickCommunity = (communities: readonly SimulatedCommunity[], random: Random): SimulatedCommunity => {
  const total = communities.reduce((sum, { plan }) => sum + plan.weight, 0)
  let left = random.next() * total
  for (const community of communities) {
    left -= community.plan.weight
    if (left < 0) return community
  }
  return random.pick(communities)
}

interface PlannedMember extends SimulatedMember {
  readonly number: number
  readonly inviterId: string | null
  readonly part: number
}

/** Earlier members bring later ones; a few bring very many. */
const planMembers = ({ communities, id, options }: Simulation): readonly PlannedMember[] => {
  const random = createRandom(options.seed, 'members')
  const byCommunity = new Map<string, PlannedMember[]>()
  return Array.from({ length: options.members }, (_, number) => {
    const community = pickCommunity(communities, random)
    const before = byCommunity.get(community.id) ?? []
    byCommunity.set(community.id, before)
    const inviter =
      before.length > 0 && random.chance(0.6) ? before[random.longTail(before.length)] : undefined
    const part = 0.6 * (number / Math.max(1, options.members))
    const interests = new Set([random.pick(community.plan.interests)])
    if (random.chance(0.5))
      interests.add(random.pick(families[random.pick(community.plan.interests)] ?? categories))
    if (random.chance(0.15)) interests.add(random.pick(categories))
    const member: PlannedMember = {
      number,
      personId: id('person', String(number)),
      communityId: community.id,
      joinedAt: instantAt(options, part),
      interests: [...interests].sort(),
      inviterId: inviter?.personId ?? null,
      part,
    }
    before.push(member)
    return member
  })
}

export const joinMembers = async (simulation: Simulation): Promise<readonly SimulatedMember[]> => {
  const { tributary, commander, options } = simulation
  const { person, membership } = tributary.model
  const planned = planMembers(simulation)
  let done = 0
  const join = async (member: PlannedMember): Promise<void> => {
    const { personId, communityId, joinedAt, interests, inviterId, number } = member
    const membershipId = membershipIdOf(tributary.derive, communityId, personId)
    const random = createRandom(options.seed, `member ${number}`)
    await commander.run(
      person,
      personId,
      { type: 'RegisterPerson', personId, guest: false },
      `person ${number}`,
    )
    await commander.run(
      membership,
      membershipId,
      {
        type: 'JoinCommunity',
        communityId,
        personId,
        how: inviterId === null ? random.pick(['PUBLIC', 'COMMERCIAL', 'PRIVATE'] as const) : 'PRIVATE',
        channel: inviterId === null ? random.pick(['short-video', 'ads', 'shop-door']) : 'invitation',
        through: null,
        inviterId,
        joinedAt,
        bindingDays: 365,
        stated: false,
      },
      `join ${number}`,
    )
    await commander.run(
      membership,
      membershipId,
      { type: 'DeclareInterests', categories: [...interests], declaredAt: joinedAt },
      `interests ${number}`,
    )
    if (random.chance(0.1)) {
      await commander.run(
        membership,
        membershipId,
        { type: 'ReachStage', stage: 'SHARER', evidence: [], reason: 'shares with friends' },
        `stage ${number}`,
      )
    }
    done += 1
    options.progress?.('members', done, planned.length)
  }
  // Whoever brings somebody has to be a member before, so they join in waves.
  for (let from = 0; from < planned.length; ) {
    const width = Math.max(1, Math.min(512, from))
    const wave = planned.slice(from, from + width)
    const waiting = new Set(wave.map(({ personId }) => personId))
    const first = wave.filter(({ inviterId }) => inviterId === null || !waiting.has(inviterId))
    await inParallel(first, 64, join)
    for (const member of wave) if (!first.includes(member)) await join(member)
    from += width
  }
  return planned
}

/** Shares by members, and touches of others through them some time before the end. */
export const shareAndReach = async (
  simulation: Simulation,
  members: readonly SimulatedMember[],
  offers: readonly SimulatedOffer[],
): Promise<void> => {
  const { tributary, commander, options, id, communities } = simulation
  const { share, journey } = tributary.model
  const count = Math.floor(members.length * 0.4)
  let done = 0
  const offersIn = new Map(
    communities.map(({ id: here }) => [here, offers.filter(({ communityId }) => communityId === here)]),
  )
  const membersIn = new Map(
    communities.map(({ id: here }) => [here, members.filter(({ communityId }) => communityId === here)]),
  )
  await inParallel(
    Array.from({ length: count }, (_, number) => number),
    64,
    async (number) => {
      const random = createRandom(options.seed, `share ${number}`)
      const sharer = members[random.longTail(members.length)]
      const shown = sharer === undefined ? [] : (offersIn.get(sharer.communityId) ?? [])
      const others = sharer === undefined ? [] : (membersIn.get(sharer.communityId) ?? [])
      if (sharer === undefined || shown.length === 0) return
      const offer = shown[random.longTail(shown.length)] ?? random.pick(shown)
      const shareId = id('share', String(number))
      const part = 0.6 + 0.3 * random.next()
      await commander.run(
        share,
        shareId,
        {
          type: 'CreateShare',
          shareId,
          communityId: sharer.communityId,
          sharer: { kind: 'MEMBER', id: sharer.personId },
          target: { kind: 'OFFER', id: offer.id },
          channel: random.pick(['chat', 'moments', 'poster']),
          createdAt: instantAt(options, part),
        },
        `share ${number}`,
      )
      for (let n = random.whole(0, 4); n > 0; n--) {
        const reached = random.pick(others)
        const at = instantAt(options, Math.min(0.999, part + 0.08 * random.next()))
        const touchId = id('touch', String(number), String(n))
        await commander.run(
          journey,
          journeyIdOf(reached.personId, at),
          {
            type: 'RecordTouch',
            touchId,
            subject: reached.personId,
            communityId: sharer.communityId,
            source: 'PRIVATE',
            channel: 'chat',
            campaignId: null,
            content: null,
            shareId,
            target: null,
            at,
          },
          `touch ${touchId}`,
        )
      }
      done += 1
      options.progress?.('shares', done, count)
    },
  )
}
