/** Shapes that several events share. Amounts are integers of minor units; instants ISO 8601 UTC with milliseconds. */
import { z } from 'zod'
import { currencyCodes } from '../currency.ts'

const idOf = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`))

export const deploymentId = idOf('deployment')
export const partnerId = idOf('partner')
export const communityId = idOf('community')
export const segmentId = idOf('segment')
export const partnershipId = idOf('partnership')
export const personId = idOf('person')
export const visitorId = idOf('visitor')
export const membershipId = idOf('membership')
export const offerId = idOf('offer')
export const bundleId = idOf('bundle')
export const shareId = idOf('share')
export const touchId = idOf('touch')
export const campaignId = idOf('campaign')
export const pickupPointId = idOf('pickup')
export const purchaseId = idOf('purchase')
export const factId = idOf('fact')

/** Who receives or bears money: a partner, a community (its owner's account), a person, or the platform. */
export const party = z.union([partnerId, communityId, personId, z.literal('platform')])

export const instant = z.iso.datetime({ precision: 3 })
export const date = z.iso.date()
export const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/)
export const currency = z.enum(currencyCodes)
/**
 * The most that one fact may be about, in minor units: far beyond any sale, and far below where thousands of them added
 * up would leave the safe range of integers.
 */
export const largestAmount = 1_000_000_000_000
const tooLarge = 'The most is 1000000000000 minor units. Check the unit, or state it in parts.'
export const amount = z.int().min(0).max(largestAmount, tooLarge)
/** Of several facts together. */
export const sum = z.int().min(0)
export const signedSum = z.int()
export const basisPoints = z.int().min(0).max(10_000)
export const version = z.int().min(1)
export const quantity = z.int().min(1).max(1_000_000)
/** Codes that people chose: categories, channels, tags. */
export const code = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}_.&-]{0,63}$/u)
export const label = z.string().trim().min(1).max(200)
export const reason = z.string().trim().min(1).max(500)
/** `stream@revision`. */
export const eventName = z.string().regex(/^[a-z]+-[^@\s]{1,200}@\d+$/)
/** SHA-256, lower-case hex. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/)
/** A sealed value (AES-256-GCM): only the key store can open it. */
export const sealed = z.strictObject({
  subject: z.string().max(100),
  purpose: z.string().max(40),
  iv: z.base64(),
  text: z.base64(),
  tag: z.base64(),
})
/** Where a stated fact comes from: the system of record and its number there. */
export const source = z.strictObject({ id: z.string().trim().min(1).max(120), system: code })

export const roles = [
  'PARTNER',
  'PLATFORM',
  'OWNER',
  'SHARER_1',
  'SHARER_2',
  'LEADER',
  'BUYER',
  'TAX',
] as const
export const role = z.enum(roles)
export type Role = z.infer<typeof role>
/** Roles that the commission pool is divided between. */
export const poolRoles = ['PLATFORM', 'OWNER', 'SHARER_1', 'SHARER_2', 'LEADER', 'BUYER'] as const
export const poolRole = z.enum(poolRoles)
export type PoolRole = z.infer<typeof poolRole>
/** Who may receive the part of an absent role. */
export const fallbackRole = z.enum(['PARTNER', 'PLATFORM', 'OWNER'])

export const trafficSource = z.enum(['PUBLIC', 'COMMERCIAL', 'PRIVATE'])
export const stages = ['PARTICIPANT', 'EXPERIENCER', 'SHARER', 'MULTIPLIER', 'OPERATOR', 'NAVIGATOR'] as const
export const stage = z.enum(stages)
export type MemberStage = z.infer<typeof stage>
export const attributionModel = z.enum(['LAST_TOUCH', 'FIRST_TOUCH', 'WEIGHTED'])
export const side = z.enum(['PARTNER', 'COMMUNITY'])

export const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('OFFER'), id: offerId }),
  z.strictObject({ kind: z.literal('BUNDLE'), id: bundleId }),
  z.strictObject({ kind: z.literal('COMMUNITY'), id: communityId }),
])
export const sharer = z.strictObject({
  kind: z.enum(['MEMBER', 'PARTNER_STAFF', 'COMMUNITY_STAFF', 'OWNER']),
  id: personId,
})

export const segmentAt = z.strictObject({ id: segmentId, version })

/** A rule over the facts of one membership; see domain/segment-rule.ts. */
export type SegmentRule =
  | { readonly kind: 'ALL'; readonly of: readonly SegmentRule[] }
  | { readonly kind: 'ANY'; readonly of: readonly SegmentRule[] }
  | { readonly kind: 'NOT'; readonly of: SegmentRule }
  | { readonly kind: 'INTEREST'; readonly category: string }
  | { readonly kind: 'STAGE'; readonly atLeast: MemberStage }
  | { readonly kind: 'TAG'; readonly tag: string }
  | { readonly kind: 'JOINED'; readonly from: string | null; readonly before: string | null }

export const segmentRule: z.ZodType<SegmentRule> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ALL'),
    of: z
      .array(z.lazy(() => segmentRule))
      .min(1)
      .max(20),
  }),
  z.strictObject({
    kind: z.literal('ANY'),
    of: z
      .array(z.lazy(() => segmentRule))
      .min(1)
      .max(20),
  }),
  z.strictObject({ kind: z.literal('NOT'), of: z.lazy(() => segmentRule) }),
  z.strictObject({ kind: z.literal('INTEREST'), category: code }),
  z.strictObject({ kind: z.literal('STAGE'), atLeast: stage }),
  z.strictObject({ kind: z.literal('TAG'), tag: code }),
  z.strictObject({ kind: z.literal('JOINED'), from: instant.nullable(), before: instant.nullable() }),
])

/** Either a rule, or a list of members picked by hand. */
export const segmentDefinition = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('RULE'), rule: segmentRule }),
  z.strictObject({ kind: z.literal('LIST'), members: z.array(membershipId).max(1_000) }),
])
export type SegmentDefinition = z.infer<typeof segmentDefinition>
