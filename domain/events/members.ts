/** Events of people: identities, persons, memberships, segments and who is in them. */
import { z } from 'zod'
import { type EventsOf, event } from './define.ts'
import { payeeDetails } from './payee.ts'
import * as shape from './shapes.ts'

export const segmentEvents = {
  SegmentDefined: event(
    'segments',
    'A segment of a community: a rule over the facts of a membership, or a list. One stream holds all segments of a community.',
    z.strictObject({
      segmentId: shape.segmentId,
      communityId: shape.communityId,
      version: shape.version,
      name: shape.label,
      definition: shape.segmentDefinition,
    }),
  ),
  SegmentRevised: event(
    'segments',
    'The next version of the segment.',
    z.strictObject({
      segmentId: shape.segmentId,
      communityId: shape.communityId,
      version: shape.version,
      name: shape.label,
      definition: shape.segmentDefinition,
    }),
  ),
  SegmentRetired: event(
    'segments',
    'The segment picks nobody from now on.',
    z.strictObject({ segmentId: shape.segmentId, communityId: shape.communityId, reason: shape.reason }),
  ),
} as const

const rollRef = {
  segmentId: shape.segmentId,
  communityId: shape.communityId,
  version: shape.version,
  bucket: z.int().min(0).max(255),
}
export const segmentRollEvents = {
  SegmentMembersEntered: event(
    'roll',
    'Members whom this version of the segment picks since the last entry.',
    z.strictObject({ ...rollRef, members: z.array(shape.membershipId).min(1).max(1_000) }),
  ),
  SegmentMembersLeft: event(
    'roll',
    'Members whom this version of the segment does not pick any more.',
    z.strictObject({ ...rollRef, members: z.array(shape.membershipId).min(1).max(1_000) }),
  ),
  RollCompleted: event(
    'roll',
    'The bucket has been worked through under this version of the segment.',
    z.strictObject(rollRef),
  ),
  RollCarried: event(
    'roll',
    'Closes a long stream with what it carries on.',
    z.strictObject({
      ...rollRef,
      members: z.array(shape.membershipId).max(1_000),
      part: z.int().min(0),
      parts: z.int().min(1),
    }),
  ),
} as const

export const identityEvents = {
  IdentityClaimed: event(
    'identity',
    'An external identity (its keyed hash names the stream) belongs to a person, whose id is sealed with the key of that person.',
    z.strictObject({ person: shape.sealed }),
  ),
  IdentityReleased: event(
    'identity',
    'The identity may be claimed anew.',
    z.strictObject({ reason: shape.reason }),
  ),
} as const

export const personEvents = {
  PersonRegistered: event(
    'person',
    'A person across communities. A guest is known from one purchase only.',
    z.strictObject({ personId: shape.personId, guest: z.boolean() }),
  ),
  VisitorIdentified: event(
    'person',
    'A visitor turned out to be this person: the journeys of both count.',
    z.strictObject({ personId: shape.personId, visitorId: shape.visitorId }),
  ),
  PayeeDetailsSet: payeeDetails,
  PersonErased: event(
    'person',
    'The keys of the person are destroyed; sums stay as they are.',
    z.strictObject({ personId: shape.personId, reason: shape.reason }),
  ),
} as const

const memberRef = {
  membershipId: shape.membershipId,
  communityId: shape.communityId,
  personId: shape.personId,
}
export const consentPurpose = z.enum(['CONTACT', 'PROFILING', 'SHARING_WITH_PARTNERS'])
export const membershipEvents = {
  MemberJoined: event(
    'membership',
    'A person joins a community: by what kind of traffic, through which touch or share, invited by whom.',
    z.strictObject({
      ...memberRef,
      how: shape.trafficSource,
      channel: shape.code,
      through: z
        .strictObject({ touchId: shape.touchId.nullable(), shareId: shape.shareId.nullable() })
        .nullable(),
      inviterId: shape.personId.nullable(),
      joinedAt: shape.instant,
    }),
  ),
  ReferralBound: event(
    'membership',
    'Who brought the member, and until when it counts.',
    z.strictObject({
      ...memberRef,
      inviterId: shape.personId,
      shareId: shape.shareId.nullable(),
      from: shape.instant,
      until: shape.instant,
    }),
  ),
  ReferralUnbound: event(
    'membership',
    'The binding ends before its time.',
    z.strictObject({ ...memberRef, inviterId: shape.personId, at: shape.instant, reason: shape.reason }),
  ),
  ReferralLapsed: event(
    'membership',
    'The latest binding came to its end, which it said from the beginning: told once, for those who follow the log.',
    z.strictObject({ ...memberRef, inviterId: shape.personId, at: shape.instant }),
  ),
  InterestsDeclared: event(
    'membership',
    'All interests of the member, as categories, from now on.',
    z.strictObject({ ...memberRef, categories: z.array(shape.code).max(100), declaredAt: shape.instant }),
  ),
  MemberTagged: event(
    'membership',
    'Staff tags the member.',
    z.strictObject({ ...memberRef, tag: shape.code }),
  ),
  MemberUntagged: event(
    'membership',
    'The tag is taken off.',
    z.strictObject({ ...memberRef, tag: shape.code }),
  ),
  StageReached: event(
    'membership',
    'The member came to a stage, by the evidence named.',
    z.strictObject({
      ...memberRef,
      stage: shape.stage,
      evidence: z.array(shape.eventName).max(20),
      reason: shape.reason,
    }),
  ),
  StageLost: event(
    'membership',
    'The member fell back to a stage.',
    z.strictObject({ ...memberRef, stage: shape.stage, reason: shape.reason }),
  ),
  ConsentGiven: event(
    'membership',
    'The member agrees to a use of data.',
    z.strictObject({ ...memberRef, purpose: consentPurpose, wording: shape.code }),
  ),
  ConsentWithdrawn: event(
    'membership',
    'The member takes the consent back.',
    z.strictObject({ ...memberRef, purpose: consentPurpose }),
  ),
  MemberBecamePartner: event(
    'membership',
    'The member now also supplies.',
    z.strictObject({ ...memberRef, partnerId: shape.partnerId }),
  ),
  MemberLeft: event(
    'membership',
    'The member leaves; what happened stays.',
    z.strictObject({ ...memberRef, leftAt: shape.instant, reason: shape.reason }),
  ),
} as const

export type SegmentEvent = EventsOf<typeof segmentEvents>
export type SegmentRollEvent = EventsOf<typeof segmentRollEvents>
export type IdentityEvent = EventsOf<typeof identityEvents>
export type PersonEvent = EventsOf<typeof personEvents>
export type MembershipEvent = EventsOf<typeof membershipEvents>
