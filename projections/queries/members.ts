/** Memberships, and who is in which segment as recorded. For the community and the platform; partners see neither. */
import type { MemberStage } from '../../domain/events/shapes.ts'
import type { DocumentReader, Filter } from '../documents.ts'
import {
  type MembershipDocument,
  memberships,
  type RollEntryDocument,
  rollBuckets,
  rollEntries,
} from '../views/members.ts'
import { findPage, type Page, type PageRequest } from './page.ts'
import { maySee, type Scope, scoped } from './scope.ts'

/** Null: any. Instants are ISO 8601 UTC; `joinedFrom` is inclusive, `joinedBefore` exclusive. */
export interface MembersAsked {
  readonly community: string | null
  readonly person: string | null
  readonly inviter: string | null
  readonly stage: MemberStage | null
  readonly active: boolean | null
  readonly joinedFrom: string | null
  readonly joinedBefore: string | null
}

export const anyMembers: MembersAsked = {
  community: null,
  person: null,
  inviter: null,
  stage: null,
  active: null,
  joinedFrom: null,
  joinedBefore: null,
}

const filterOf = (scope: Scope, asked: MembersAsked): Filter => {
  const { community, person, inviter, stage, active, joinedFrom, joinedBefore } = asked
  const range = {
    field: 'joinedAt',
    ...(joinedFrom === null ? {} : { from: joinedFrom }),
    ...(joinedBefore === null ? {} : { below: joinedBefore }),
  }
  return {
    where: {
      ...scoped(scope, 'community', 'community', community),
      ...(person === null ? {} : { person }),
      ...(inviter === null ? {} : { inviter }),
      ...(stage === null ? {} : { stage }),
      ...(active === null ? {} : { active: active ? 1 : 0 }),
    },
    ...(joinedFrom === null && joinedBefore === null ? {} : { range }),
  }
}

/** By when they joined. @throws {OutOfScope | InvalidPage} */
export const findMembers = (
  reader: DocumentReader,
  scope: Scope,
  asked: MembersAsked,
  newestFirst: boolean,
  request: PageRequest,
): Promise<Page<MembershipDocument>> =>
  findPage(
    reader,
    memberships,
    { ...filterOf(scope, asked), order: ['joinedAt'], descending: newestFirst },
    request,
    (each) => each,
  )

/** Up to `atMost`. @throws {OutOfScope} */
export const countMembers = (
  reader: DocumentReader,
  scope: Scope,
  asked: MembersAsked,
  atMost: number,
): Promise<number> => reader.count({ collection: memberships.name, ...filterOf(scope, asked) }, atMost)

/** Null where there is none within the scope. */
export const membershipById = async (
  reader: DocumentReader,
  scope: Scope,
  id: string,
): Promise<MembershipDocument | null> => {
  const found = await reader.get(memberships.name, id)
  if (found === undefined) return null
  const membership = memberships.read(found.document)
  return maySee(scope, membership.community) ? membership : null
}

/** Who is in a segment, by membership; `version` is the one under which each came in. @throws {InvalidPage} */
export const segmentMembers = (
  reader: DocumentReader,
  scope: Scope,
  segment: string,
  request: PageRequest,
): Promise<Page<RollEntryDocument>> =>
  findPage(
    reader,
    rollEntries,
    {
      where: { segment, ...scoped(scope, 'community', 'community', null) },
      order: [],
      descending: false,
    },
    request,
    (each) => each,
  )

const mostSegments = 1_000

/** The segments that a member is in, by segment. */
export const segmentsOfMember = async (
  reader: DocumentReader,
  scope: Scope,
  membership: string,
): Promise<readonly RollEntryDocument[]> => {
  const found = await reader.find({
    collection: rollEntries.name,
    where: { membership, ...scoped(scope, 'community', 'community', null) },
    limit: mostSegments,
  })
  return found.map(({ document }) => rollEntries.read(document))
}

export interface SegmentSize {
  readonly segment: string
  readonly community: string
  readonly members: number
}

/** Members of each segment that ever had one, by segment. Exact: at most 256 buckets are summed for each. @throws {OutOfScope} */
export const segmentSizes = async (
  reader: DocumentReader,
  scope: Scope,
  community: string | null,
): Promise<readonly SegmentSize[]> => {
  const rows = await reader.sum({
    collection: rollBuckets.name,
    where: scoped(scope, 'community', 'community', community),
    groupBy: ['community', 'segment'],
    sums: ['members'],
  })
  return rows.map(({ group, sums }) => ({
    segment: String(group.segment),
    community: String(group.community),
    members: sums.members ?? 0,
  }))
}

/** Of one segment; 0 where it is not within the scope. */
export const segmentSize = async (reader: DocumentReader, scope: Scope, segment: string): Promise<number> => {
  const [row] = await reader.sum({
    collection: rollBuckets.name,
    where: { segment, ...scoped(scope, 'community', 'community', null) },
    groupBy: [],
    sums: ['members'],
  })
  return row?.sums.members ?? 0
}

/** How many of the 256 buckets of a segment were worked through under this version of it. */
export const bucketsCompleted = (
  reader: DocumentReader,
  scope: Scope,
  segment: string,
  version: number,
): Promise<number> =>
  reader.count(
    {
      collection: rollBuckets.name,
      where: { segment, completed: version, ...scoped(scope, 'community', 'community', null) },
    },
    256,
  )
