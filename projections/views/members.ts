/**
 * Memberships, and who is in which segment as recorded. Opaque ids and codes only: nothing in it says who a
 * person is.
 */
import { consentPurpose } from '../../domain/events/members.ts'
import { stages, trafficSource } from '../../domain/events/shapes.ts'
import type { Change } from '../projection.ts'
import { type Collection, collection } from './collection.ts'
import { keyOf } from './keys.ts'
import { described, integer, list, nullable, object, oneOf, type Shaped, text } from './shape.ts'
import { type EventOf, view } from './view.ts'

const membership = object({
  membership: text,
  community: text,
  person: text,
  how: described(trafficSource),
  channel: text,
  through: nullable(object({ touchId: nullable(text), shareId: nullable(text) })),
  inviter: nullable(text),
  /** Who counts as having brought the member, and until when; null once that was undone, or its end was told. */
  binding: nullable(object({ inviter: text, shareId: nullable(text), from: text, until: text })),
  joinedAt: text,
  /** 1 until the member leaves. */
  active: integer,
  leftAt: nullable(text),
  stage: oneOf(stages),
  interests: list(text),
  tags: list(text),
  consents: list(object({ purpose: oneOf(consentPurpose.options), wording: text })),
  /** The partner that the member became. */
  partner: nullable(text),
})
export type MembershipDocument = Shaped<typeof membership>

export const memberships: Collection<MembershipDocument> = collection({
  name: 'memberships',
  fields: {
    community: 'text',
    person: 'text',
    inviter: 'text',
    stage: 'text',
    active: 'integer',
    joinedAt: 'text',
  },
  indexes: [
    ['joinedAt'],
    ['community', 'joinedAt'],
    ['community', 'active', 'joinedAt'],
    ['community', 'stage', 'joinedAt'],
    ['person'],
    ['inviter', 'community', 'joinedAt'],
  ],
  shape: membership,
})

const entry = object({ segment: text, community: text, membership: text, version: integer })
export type RollEntryDocument = Shaped<typeof entry>

/** Keyed by segment and membership. */
export const rollEntries: Collection<RollEntryDocument> = collection({
  name: 'rollEntries',
  fields: { segment: 'text', community: 'text', membership: 'text' },
  indexes: [['segment', 'community'], ['membership']],
  shape: entry,
})

const bucket = object({
  segment: text,
  community: text,
  bucket: integer,
  members: integer,
  /** The version under which the bucket was last worked through; 0: none yet. */
  completed: integer,
})
export type RollBucketDocument = Shaped<typeof bucket>

/** 256 a segment: their members sum to its size. */
export const rollBuckets: Collection<RollBucketDocument> = collection({
  name: 'rollBuckets',
  fields: { segment: 'text', community: 'text', members: 'integer', completed: 'integer' },
  indexes: [['segment'], ['community', 'segment', 'members']],
  shape: bucket,
})

const rollTypes = ['SegmentMembersEntered', 'SegmentMembersLeft', 'RollCompleted'] as const
const types = [
  'MemberJoined',
  'ReferralBound',
  'ReferralUnbound',
  'ReferralLapsed',
  'InterestsDeclared',
  'MemberTagged',
  'MemberUntagged',
  'StageReached',
  'StageLost',
  'ConsentGiven',
  'ConsentWithdrawn',
  'MemberBecamePartner',
  'MemberLeft',
  ...rollTypes,
] as const

const rollChanges = (event: EventOf<(typeof rollTypes)[number]>): readonly Change[] => {
  const { segmentId: segment, communityId: community, version, bucket: number } = event.data
  const inBucket = (fold: (before: RollBucketDocument) => RollBucketDocument): Change =>
    rollBuckets.change(keyOf(segment, String(number).padStart(3, '0')), (before) =>
      fold(before ?? { segment, community, bucket: number, members: 0, completed: 0 }),
    )
  switch (event.type) {
    case 'SegmentMembersEntered': {
      const { members } = event.data
      return [
        inBucket((before) => ({ ...before, members: before.members + members.length })),
        ...members.map((membership) =>
          rollEntries.change(keyOf(segment, membership), () => ({ segment, community, membership, version })),
        ),
      ]
    }
    case 'SegmentMembersLeft': {
      const { members } = event.data
      return [
        inBucket((before) => ({ ...before, members: before.members - members.length })),
        ...members.map((membership) => rollEntries.change(keyOf(segment, membership), () => undefined)),
      ]
    }
    case 'RollCompleted':
      return [inBucket((before) => ({ ...before, completed: version }))]
  }
}

const joined = (
  { data }: EventOf<'MemberJoined'>,
  before: MembershipDocument | undefined,
): MembershipDocument => ({
  membership: data.membershipId,
  community: data.communityId,
  person: data.personId,
  how: data.how,
  channel: data.channel,
  through: data.through,
  inviter: data.inviterId,
  binding: before?.binding ?? null,
  joinedAt: data.joinedAt,
  active: 1,
  leftAt: null,
  stage: before?.stage ?? 'PARTICIPANT',
  interests: before?.interests ?? [],
  tags: before?.tags ?? [],
  consents: before?.consents ?? [],
  partner: before?.partner ?? null,
})

const byPurpose = (a: { readonly purpose: string }, b: { readonly purpose: string }): number =>
  a.purpose < b.purpose ? -1 : 1

const changes = (event: EventOf<(typeof types)[number]>): readonly Change[] => {
  const member = (
    id: string,
    fold: (before: MembershipDocument) => MembershipDocument,
  ): readonly Change[] => [memberships.update(id, fold)]
  switch (event.type) {
    case 'MemberJoined':
      return [memberships.change(event.data.membershipId, (before) => joined(event, before))]
    case 'ReferralBound': {
      const { membershipId, inviterId: inviter, shareId, from, until } = event.data
      return member(membershipId, (before) => ({ ...before, binding: { inviter, shareId, from, until } }))
    }
    case 'ReferralUnbound':
    case 'ReferralLapsed':
      return member(event.data.membershipId, (before) => ({ ...before, binding: null }))
    case 'InterestsDeclared': {
      const { membershipId, categories } = event.data
      return member(membershipId, (before) => ({ ...before, interests: categories }))
    }
    case 'MemberTagged': {
      const { membershipId, tag } = event.data
      return member(membershipId, (before) => ({
        ...before,
        tags: [...before.tags.filter((each) => each !== tag), tag],
      }))
    }
    case 'MemberUntagged': {
      const { membershipId, tag } = event.data
      return member(membershipId, (before) => ({
        ...before,
        tags: before.tags.filter((each) => each !== tag),
      }))
    }
    case 'StageReached':
    case 'StageLost': {
      const { membershipId, stage } = event.data
      return member(membershipId, (before) => ({ ...before, stage }))
    }
    case 'ConsentGiven': {
      const { membershipId, purpose, wording } = event.data
      return member(membershipId, (before) => ({
        ...before,
        consents: [...before.consents.filter((each) => each.purpose !== purpose), { purpose, wording }].sort(
          byPurpose,
        ),
      }))
    }
    case 'ConsentWithdrawn': {
      const { membershipId, purpose } = event.data
      return member(membershipId, (before) => ({
        ...before,
        consents: before.consents.filter((each) => each.purpose !== purpose),
      }))
    }
    case 'MemberBecamePartner': {
      const { membershipId, partnerId: partner } = event.data
      return member(membershipId, (before) => ({ ...before, partner }))
    }
    case 'MemberLeft': {
      const { membershipId, leftAt } = event.data
      return member(membershipId, (before) => ({ ...before, active: 0, leftAt }))
    }
    case 'SegmentMembersEntered':
    case 'SegmentMembersLeft':
    case 'RollCompleted':
      return rollChanges(event)
  }
}

export const membersView = view({
  name: 'members',
  version: 2,
  collections: [memberships, rollEntries, rollBuckets],
  types,
  changes,
})
