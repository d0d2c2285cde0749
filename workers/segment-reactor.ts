/**
 * Keeps the rolls of segments: records who entered and who left, when a membership or a segment changed. Each
 * command's id derives from the segment version, the bucket, the last event and the members, so that the reactor can
 * die anywhere; entering who is in already changes nothing.
 */

import type { Read } from '../domain/decider.ts'
import type { Derive } from '../domain/derive.ts'
import { answered } from '../domain/look.ts'
import { hasMember } from '../domain/member-set.ts'
import { membershipFacts, membershipSource } from '../domain/membership/state.ts'
import type { Model } from '../domain/model.ts'
import type { SegmentRollCommand } from '../domain/segment-roll.ts'
import { bucketOf, currentRoll, mostRollEvents, rollIdOf } from '../domain/segment-roll.ts'
import { type Segment, segments, segmentsOf } from '../domain/segments.ts'
import { closureOf } from '../domain/taxonomy.ts'
import type { RecordedEvent } from '../eventstore/event.ts'
import type { CommandHandler } from '../eventstore/handler.ts'
import { newCorrelationId } from '../platform/ids.ts'
import { activeTraceparent } from '../platform/tracing.ts'
import type { Reactor } from './reactor.ts'

export interface SegmentReactorParts {
  readonly handler: CommandHandler
  readonly model: Model
  readonly derive: Derive
  /** All members of a community as of an event at least: those who left, too. */
  readonly membersOf: (communityId: string, through: RecordedEvent) => AsyncIterable<string>
}

const membershipEvents = [
  'MemberJoined',
  'MemberLeft',
  'InterestsDeclared',
  'MemberTagged',
  'MemberUntagged',
  'StageReached',
  'StageLost',
]
const segmentEvents = ['SegmentDefined', 'SegmentRevised', 'SegmentRetired']
const mostMembers = 1_000
const inFlight = 64

interface Affected {
  /** Membership, and whether it began on this page, read for the first time: then no roll can hold it yet. */
  readonly members: Map<string, boolean>
  readonly segments: Set<string>
}

const textOf = (event: RecordedEvent<string, object>, field: string): string | null => {
  const value: unknown = Object.entries(event.data).find(([name]) => name === field)?.[1]
  return typeof value === 'string' ? value : null
}

const affectedBy = (
  events: readonly RecordedEvent<string, object>[],
  again: boolean,
): ReadonlyMap<string, Affected> => {
  const communities = new Map<string, Affected>()
  for (const event of events) {
    const communityId = textOf(event, 'communityId')
    if (communityId === null) continue
    const affected = communities.get(communityId) ?? { members: new Map(), segments: new Set() }
    communities.set(communityId, affected)
    const segmentId = textOf(event, 'segmentId')
    const membershipId = textOf(event, 'membershipId')
    if (segmentId !== null) affected.segments.add(segmentId)
    if (membershipId !== null) {
      const began = event.type === 'MemberJoined' && event.revision === 0 && !again
      affected.members.set(membershipId, affected.members.get(membershipId) ?? began)
    }
  }
  return communities
}

/** Who enters and leaves one bucket of one segment. */
interface Movement {
  readonly segment: Segment
  readonly bucket: number
  readonly entering: string[]
  readonly leaving: string[]
}

class Movements {
  readonly #byBucket = new Map<string, Movement>()

  of(segment: Segment, bucket: number): Movement {
    const key = `${segment.id}.${bucket}`
    const movement = this.#byBucket.get(key) ?? { segment, bucket, entering: [], leaving: [] }
    this.#byBucket.set(key, movement)
    return movement
  }

  all(): readonly Movement[] {
    return [...this.#byBucket.values()]
  }
}

/** Runs the work with a bounded number at a time. */
const eachOf = async <Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> => {
  const iterator = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
}

export const createSegmentReactor = ({ handler, model, derive, membersOf }: SegmentReactorParts): Reactor => {
  const read: Read = async (source, id) => (await handler.read(source, id)).state

  /** Which segments of the community hold for the member now. */
  const heldBy = async (membershipId: string, communityId: string, defined: readonly Segment[]) => {
    const { state } = await handler.readFresh(membershipSource, membershipId)
    if (!state.active) return new Set<string>()
    const facts = membershipFacts(state, await answered(read, (look) => closureOf(state.interests, look)))
    const rules = segmentsOf({ communityId, segments: defined }, facts).map(({ id }) => id)
    const lists = defined.filter(
      ({ definition, retired }) =>
        !retired && definition.kind === 'LIST' && definition.members.includes(membershipId),
    )
    return new Set([...rules, ...lists.map(({ id }) => id)])
  }

  const compare = async (
    membershipId: string,
    communityId: string,
    defined: readonly Segment[],
    began: boolean,
    movements: Movements,
  ): Promise<void> => {
    const held = await heldBy(membershipId, communityId, defined)
    const bucket = bucketOf(membershipId)
    for (const segment of defined) {
      const holds = held.has(segment.id) && !segment.retired
      if (began && !holds) continue
      const { state } = await answered(read, (look) => currentRoll(segment.id, bucket, look))
      if (hasMember(state.members, membershipId) === holds) continue
      const movement = movements.of(segment, bucket)
      if (holds) movement.entering.push(membershipId)
      else movement.leaving.push(membershipId)
    }
  }

  const execute = async (rollId: string, command: SegmentRollCommand, cause: string, ...parts: string[]) => {
    await handler.execute(model.segmentRoll, rollId, command, {
      commandId: derive('command', 'roll', rollId, command.type, cause, ...parts),
      correlationId: newCorrelationId(),
      causationId: cause,
      actor: { kind: 'SYSTEM', id: 'segment-reactor', onBehalfOf: null },
      occurredAt: null,
      traceparent: activeTraceparent(),
    })
  }

  /** The stream that takes entries now; a full one is carried on into its next part. */
  const openRoll = async (
    segmentId: string,
    bucket: number,
    version: number,
    communityId: string,
    cause: string,
  ) => {
    for (;;) {
      const { id, part, state } = await answered(
        async (source, key) => (await handler.readFresh(source, key)).state,
        (look) => currentRoll(segmentId, bucket, look),
      )
      const step = `${state.events}`
      if (state.events === 0 && part > 0) {
        await execute(id, { type: 'OpenRollPart', segmentId, bucket, part }, cause, step)
      } else if (state.events < mostRollEvents || state.ref === null) {
        return id
      } else if (state.completed === null) {
        await execute(id, { type: 'CompleteRoll', segmentId, communityId, version, bucket }, cause, step)
      } else {
        await execute(id, { type: 'CarryRoll' }, cause, step)
      }
    }
  }

  const move = async (
    { segment, bucket, entering, leaving }: Movement,
    communityId: string,
    cause: string,
  ) => {
    const ref = { segmentId: segment.id, communityId, version: segment.version, bucket }
    for (const [type, members] of [
      ['LeaveMembers', leaving.sort()],
      ['EnterMembers', entering.sort()],
    ] as const) {
      for (let from = 0; from < members.length; from += mostMembers) {
        const chunk = members.slice(from, from + mostMembers)
        const rollId = await openRoll(segment.id, bucket, segment.version, communityId, cause)
        await execute(rollId, { type, ...ref, members: chunk }, cause, ...chunk)
      }
    }
  }

  /** Says of each bucket that has a roll that it has been worked through under the segment's version. */
  const complete = async (segment: Segment, communityId: string, cause: string): Promise<void> => {
    await eachOf(
      Array.from({ length: 256 }, (_, bucket) => bucket),
      async (bucket) => {
        const { id, state } = await answered(read, (look) => currentRoll(segment.id, bucket, look))
        const listed =
          segment.definition.kind === 'LIST' &&
          segment.definition.members.some((member) => bucketOf(member) === bucket)
        if ((state.ref === null && !listed) || state.completed === segment.version) return
        const rollId = state.ref === null ? rollIdOf(segment.id, bucket) : id
        const ref = { segmentId: segment.id, communityId, version: segment.version, bucket }
        await execute(rollId, { type: 'CompleteRoll', ...ref }, cause, String(segment.version))
      },
    )
  }

  return {
    name: 'segment-reactor',
    types: [...membershipEvents, ...segmentEvents],
    react: async (events, again) => {
      const last = events.at(-1)
      if (last === undefined) return
      for (const [communityId, affected] of affectedBy(events, again)) {
        const defined = (await handler.readFresh(segments, communityId)).state.segments
        const movements = new Movements()
        const changed = defined.filter(({ id }) => affected.segments.has(id))
        await eachOf(affected.members, ([membershipId, began]) =>
          compare(membershipId, communityId, defined, began, movements),
        )
        if (changed.length > 0) {
          for await (const membershipId of membersOf(communityId, last)) {
            if (affected.members.has(membershipId)) continue
            await compare(membershipId, communityId, changed, false, movements)
          }
        }
        await eachOf(movements.all(), (movement) => move(movement, communityId, last.name))
        for (const segment of changed) await complete(segment, communityId, last.name)
      }
    },
  }
}
