/** Of every aggregate but the purchase (which has properties of its own): whatever is asked, in whatever order. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { accessCommand } from '../../domain/access.ts'
import { type BundleCommand, bundleCommand } from '../../domain/bundle/commands.ts'
import { campaignCommand } from '../../domain/campaign.ts'
import { communityCommand } from '../../domain/community.ts'
import { type Decider, type EventLike, Rejection } from '../../domain/decider.ts'
import { deploymentCommand } from '../../domain/deployment.ts'
import { membershipIdOf, partnershipIdOf } from '../../domain/derive.ts'
import { identityCommand } from '../../domain/identity.ts'
import { intakeCommand } from '../../domain/intake.ts'
import { journeyCommand } from '../../domain/journey.ts'
import { membershipCommand } from '../../domain/membership/commands.ts'
import { createModel } from '../../domain/model.ts'
import { offerCommand } from '../../domain/offer.ts'
import { partnerCommand } from '../../domain/partner.ts'
import { type PartnershipCommand, partnershipCommand } from '../../domain/partnership.ts'
import { personCommand } from '../../domain/person.ts'
import { bucketOf, segmentRollCommand } from '../../domain/segment-roll.ts'
import { segmentsCommand } from '../../domain/segments.ts'
import { shareCommand } from '../../domain/share.ts'
import { taxonomyCommand } from '../../domain/taxonomy.ts'
import { arbitraryOf, type Pools } from '../support/arbitrary.ts'
import {
  givenCategory,
  givenCommunity,
  givenLaunchedBundle,
  givenMember,
  givenOffer,
  givenPartner,
  ids,
  sealed,
} from '../support/ecosystem.ts'
import { derive, idOf, World } from '../support/world.ts'

const model = createModel({ derive, tolerance: 1 })
const two = (prefix: string): readonly string[] => [idOf(prefix, 1), idOf(prefix, 2)]
const ana = idOf('person', 1)
const prefixes = [
  'deployment',
  'partner',
  'community',
  'segment',
  'partnership',
  'person',
  'visitor',
  'membership',
  'offer',
  'bundle',
  'share',
  'touch',
  'campaign',
  'pickup',
  'purchase',
  'fact',
  'key',
]
const pools: Pools = new Map([
  ...prefixes.map((prefix) => [`^${prefix}_`, two(prefix)] as const),
  ['^(person|service)_', [ana, idOf('person', 2), idOf('service')]],
  ['date-time', ['2026-01-01T00:00:00.000Z', '2026-03-01T12:00:00.000Z', '2026-03-02T12:00:00.000Z']],
  ['date', ['2026-03-01']],
  ['base64', [sealed.iv]],
  ['uri', ['https://example.org/a.jpg']],
  ['^[0-9a-f]{64}$', ['a'.repeat(64), 'b'.repeat(64)]],
  ['^[a-z]+-[^@', ['partner-x@1', 'partner-x@2']],
  ['^[\\p{L}', ['furniture', 'home', 'vip']],
])

/** Everything that a command may name is there, so that more than refusals is met. */
const ecosystem = (): World => {
  const world = givenPartner(givenCommunity(new World()))
  for (const code of ['home', 'vip']) givenCategory(world, code)
  givenCategory(world, 'furniture', 'home')
  givenMember(world, ana)
  return givenLaunchedBundle(givenOffer(world))
}

interface Subject {
  readonly name: string
  /** Sends random commands to one stream; checks what holds of all deciders. */
  readonly check: () => Promise<void>
}

const subject = <State, Command, Event extends EventLike, Context>(
  name: string,
  decider: Decider<State, Command, Event, Context>,
  schema: z.ZodType<Command>,
  id: string,
  aim: (command: Command) => Command = (command) => command,
): Subject => ({
  name,
  check: () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(arbitraryOf(schema, pools), { minLength: 1, maxLength: 12 }),
        async (commands) => {
          const world = ecosystem()
          for (const command of commands.map(aim)) {
            try {
              const events = await world.when(decider, id, command)
              if (events.length > 0) expect(await world.asking(decider, id, command)).toEqual([])
            } catch (error) {
              if (!(error instanceof Rejection)) throw error
            }
          }
        },
      ),
      { numRuns: 150 },
    ),
})

const bucket = bucketOf(idOf('membership', 1))
const partnershipId = partnershipIdOf(derive, ids.partner, ids.community)

/** Makes most proposals whole, since nearly no random one is. */
const whole = (command: PartnershipCommand): PartnershipCommand => {
  if (command.type !== 'ProposePartnership' && command.type !== 'AmendPartnership') return command
  const rates = command.terms.rates.slice(0, 1).map((rate) => ({
    ...rate,
    division: rate.division.slice(0, 1).map((part) => ({ ...part, basisPoints: 10_000 })),
  }))
  return { ...command, partnerId: ids.partner, communityId: ids.community, terms: { rates } }
}

/** Makes most compositions of what is there, and cheap. */
const cheap = (command: BundleCommand): BundleCommand => {
  if (command.type !== 'ComposeBundle' && command.type !== 'ReviseBundle') return command
  const components = command.components.map((part) => ({
    ...part,
    offerId: ids.offer,
    offerVersion: 1,
    amount: null,
    weight: null,
  }))
  const place = { communityId: ids.community, composedBy: ids.community, segments: [] }
  return {
    ...command,
    ...place,
    currency: 'BRL',
    allocation: 'LIST_PRICE',
    price: command.price % 1_000,
    components,
  }
}

const subjects: readonly Subject[] = [
  subject('deployment', model.deployment, deploymentCommand, ids.deployment, (command) =>
    command.type === 'FoundDeployment'
      ? { ...command, ledgerZone: 'UTC' }
      : { ...command, from: null, previousRoot: null },
  ),
  subject('access', model.access, accessCommand, ana),
  subject('taxonomy', model.taxonomy, taxonomyCommand, 'furniture'),
  subject('community', model.community, communityCommand, ids.community),
  subject('new community', model.community, communityCommand, idOf('community', 2), (command) =>
    command.type === 'FoundCommunity' ? { ...command, zone: 'UTC', deploymentId: null } : command,
  ),
  subject('partnership', model.partnership, partnershipCommand, partnershipId, whole),
  subject('random partnership', model.partnership, partnershipCommand, partnershipId),
  subject('segments', model.segments, segmentsCommand, ids.community),
  subject('segment roll', model.segmentRoll, segmentRollCommand, `${idOf('segment')}.${bucket}`, (command) =>
    command.type === 'EnterMembers' || command.type === 'LeaveMembers' ? { ...command, bucket } : command,
  ),
  subject('identity', model.identity, identityCommand, 'a'.repeat(64)),
  subject('person', model.person, personCommand, idOf('person', 2)),
  subject('membership', model.membership, membershipCommand, membershipIdOf(derive, ids.community, ana)),
  subject('journey', model.journey, journeyCommand, `${ana}.2026-03`),
  subject('campaign', model.campaign, campaignCommand, idOf('campaign')),
  subject('share', model.share, shareCommand, idOf('share')),
  subject('offer', model.offer, offerCommand, ids.offer),
  subject('new offer', model.offer, offerCommand, idOf('offer', 2)),
  subject('bundle', model.bundle, bundleCommand, ids.bundle, cheap),
  subject('new bundle', model.bundle, bundleCommand, idOf('bundle', 2), cheap),
  subject('random bundle', model.bundle, bundleCommand, idOf('bundle', 2)),
  subject('intake', model.intake, intakeCommand, idOf('fact')),
]

describe('whatever is asked, in whatever order', () => {
  it.each(subjects)(
    '$name throws rejections only, writes what the catalogue takes, mutates nothing, and repeats nothing',
    async ({ check }) => {
      await check()
    },
  )

  it('the partner throws rejections only', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryOf(partnerCommand, pools), { maxLength: 12 }), async (commands) => {
        const world = new World()
        for (const command of commands) {
          try {
            await world.when(model.partner, ids.partner, command)
          } catch (error) {
            if (!(error instanceof Rejection)) throw error
          }
        }
      }),
    )
  })
})
