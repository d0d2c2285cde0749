/** The roll of a segment: who is in it, as recorded, in 256 buckets of members. */
import { z } from 'zod'
import { type Decider, Rejection, unreachable } from './decider.ts'
import { eventTypes } from './events/define.ts'
import { type SegmentRollEvent, segmentRollEvents } from './events/members.ts'
import * as shape from './events/shapes.ts'
import type { Look } from './look.ts'
import {
  fnv1a,
  hasMember,
  type MemberSet,
  membersOf,
  noMembers,
  withMembers,
  withoutMembers,
} from './member-set.ts'
import { byCodeUnits } from './same.ts'
import type { MembershipFacts } from './segment-rule.ts'
import { type SegmentAt, type SegmentsState, segmentsOf } from './segments.ts'
import { sortFew } from './sort-few.ts'

const buckets = 256
/** Events after which a stream of the roll is closed and the next part goes on. */
export const mostRollEvents = 10_000
const chunkSize = 1_000
/** Chunks of one append: they have to fit its limit of bytes. */
const chunksAtOnce = 20

/** FNV-1a of the id, modulo the number of buckets. */
export const bucketOf = (membershipId: string): number => fnv1a(membershipId) % buckets

/** Parts after the first have their number behind. */
export const rollIdOf = (segmentId: string, bucket: number, part = 0): string =>
  part === 0 ? `${segmentId}.${bucket}` : `${segmentId}.${bucket}.${part}`

const rollRef = segmentRollEvents.RollCompleted.data.shape
const members = z.array(shape.membershipId).min(1).max(chunkSize)

export const segmentRollCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('EnterMembers'), ...rollRef, members }),
  z.strictObject({ type: z.literal('LeaveMembers'), ...rollRef, members }),
  z.strictObject({ type: z.literal('CompleteRoll'), ...rollRef }),
  /** Closes a full stream with what it holds. Of very many members in steps: repeat until it is closed. */
  z.strictObject({ type: z.literal('CarryRoll') }),
  /** Opens the next part (its number) with what the one before carries. In steps, likewise. */
  z.strictObject({
    type: z.literal('OpenRollPart'),
    segmentId: shape.segmentId,
    bucket: rollRef.bucket,
    part: z.int().min(1),
  }),
])
export type SegmentRollCommand = z.infer<typeof segmentRollCommand>

type RollRef = Extract<SegmentRollEvent, { type: 'RollCompleted' }>['data']

/** How far a list in chunks has been written. */
interface Progress {
  readonly done: number
  readonly parts: number
}

export interface SegmentRollState {
  /** Segment, community, bucket, and the latest version that anything was recorded of. */
  readonly ref: RollRef | null
  readonly completed: number | null
  readonly members: MemberSet
  readonly events: number
  /** What the part before carried, being taken over. */
  readonly opening: Progress | null
  readonly closing: Progress | null
}

const initial: SegmentRollState = {
  ref: null,
  completed: null,
  members: noMembers,
  events: 0,
  opening: null,
  closing: null,
}

const isUnfinished = (progress: Progress | null): boolean =>
  progress !== null && progress.done < progress.parts

/** Whether the stream takes nothing any more: the next part does. */
const isClosed = ({ closing }: SegmentRollState): boolean => closing !== null && !isUnfinished(closing)

const carried = (
  state: SegmentRollState,
  { members: held, part, parts, ...ref }: Extract<SegmentRollEvent, { type: 'RollCarried' }>['data'],
): SegmentRollState => {
  const progress = { done: part + 1, parts }
  // At the beginning of a stream it opens it, otherwise it closes it.
  if (state.events > 0 && !isUnfinished(state.opening)) return { ...state, closing: progress }
  return {
    ...state,
    ref,
    completed: ref.version,
    members: withMembers(state.members, held),
    opening: progress,
  }
}

const applied = (state: SegmentRollState, event: SegmentRollEvent): SegmentRollState => {
  switch (event.type) {
    case 'SegmentMembersEntered': {
      const { members: entered, ...ref } = event.data
      return { ...state, ref, members: withMembers(state.members, entered) }
    }
    case 'SegmentMembersLeft': {
      const { members: left, ...ref } = event.data
      return { ...state, ref, members: withoutMembers(state.members, left) }
    }
    case 'RollCompleted':
      return { ...state, ref: event.data, completed: event.data.version }
    case 'RollCarried':
      return carried(state, event.data)
    default:
      return unreachable(event)
  }
}

const evolve = (state: SegmentRollState, event: SegmentRollEvent): SegmentRollState => ({
  ...applied(state, event),
  events: state.events + 1,
})

/** The next chunks of what is carried; empty once all are written. */
const chunksOf = (ref: RollRef, all: MemberSet, progress: Progress | null): readonly SegmentRollEvent[] => {
  const list = membersOf(all)
  const parts = Math.max(1, Math.ceil(list.length / chunkSize))
  const first = progress?.done ?? 0
  const last = Math.min(parts, first + chunksAtOnce)
  return Array.from({ length: last - first }, (_, index) => {
    const part = first + index
    const held = list.slice(part * chunkSize, (part + 1) * chunkSize)
    return { type: 'RollCarried', data: { ...ref, members: held, part, parts } }
  })
}

const carry = (state: SegmentRollState): readonly SegmentRollEvent[] => {
  const { ref, completed, closing } = state
  if (ref === null) throw new Rejection('NOT_FOUND', 'There is no such roll.')
  if (isClosed(state)) return []
  if (isUnfinished(state.opening))
    throw new Rejection('WRONG_STATE', 'This part of the roll is being opened. Open it to the end first.')
  if (state.events < mostRollEvents)
    throw new Rejection('WRONG_STATE', `A roll is carried after ${mostRollEvents} events, not before.`)
  if (completed === null)
    throw new Rejection('WRONG_STATE', 'No version of the roll is complete yet. Complete it first.')
  return chunksOf({ ...ref, version: completed }, state.members, closing)
}

const open = (state: SegmentRollState, before: SegmentRollState | null): readonly SegmentRollEvent[] => {
  if (state.events > 0 && !isUnfinished(state.opening)) return []
  const ref = before?.ref ?? null
  const completed = before?.completed ?? null
  if (before === null || ref === null || completed === null || !isClosed(before))
    throw new Rejection('WRONG_STATE', 'The part of the roll before this one is not closed.', ['part'])
  return chunksOf({ ...ref, version: completed }, before.members, state.opening)
}

/** The roll must take entries, of this segment, this bucket, and no older version. */
const checkOpen = (state: SegmentRollState, { segmentId, communityId, bucket, version }: RollRef): void => {
  const { ref } = state
  if (
    ref !== null &&
    (ref.segmentId !== segmentId || ref.bucket !== bucket || ref.communityId !== communityId)
  )
    throw new Rejection('INVALID', 'This is the roll of another segment or bucket.', ['segmentId'])
  if (state.closing !== null || isUnfinished(state.opening))
    throw new Rejection('WRONG_STATE', 'This part of the roll takes no entries. Go on in the next one.')
  if (ref !== null && version < ref.version)
    throw new Rejection('VERSION_CHANGED', `The roll is at version ${ref.version} already.`, ['version'], {
      version: ref.version,
    })
}

const decide = (
  state: SegmentRollState,
  command: SegmentRollCommand,
  before: SegmentRollState | null,
): readonly SegmentRollEvent[] => {
  switch (command.type) {
    case 'EnterMembers':
    case 'LeaveMembers': {
      const { type, members: asked, ...ref } = command
      if (asked.some((id) => bucketOf(id) !== ref.bucket))
        throw new Rejection('INVALID', `Not all of these members belong in bucket ${ref.bucket}.`, [
          'members',
        ])
      const entering = type === 'EnterMembers'
      const moving = [...new Set(asked)].filter((id) => hasMember(state.members, id) !== entering)
      if (moving.length === 0) return []
      checkOpen(state, ref)
      if (state.events >= mostRollEvents && state.completed !== null)
        throw new Rejection(
          'WRONG_STATE',
          'This part of the roll is full. Carry it, and go on in the next one.',
        )
      const data = { ...ref, members: moving }
      return [{ type: entering ? 'SegmentMembersEntered' : 'SegmentMembersLeft', data }]
    }
    case 'CompleteRoll': {
      const { type: _, ...ref } = command
      if (state.completed === ref.version) return []
      checkOpen(state, ref)
      return [{ type: 'RollCompleted', data: ref }]
    }
    case 'CarryRoll':
      return carry(state)
    case 'OpenRollPart':
      return open(state, before)
    default:
      return unreachable(command)
  }
}

/** Streams `roll-{segment id}.{bucket}`, later parts `roll-{segment id}.{bucket}.{part}`. */
export const segmentRoll: Decider<
  SegmentRollState,
  SegmentRollCommand,
  SegmentRollEvent,
  SegmentRollState | null
> = {
  category: 'roll',
  initial,
  evolve,
  types: eventTypes(segmentRollEvents),
  gather: (command, read) => {
    if (command.type !== 'OpenRollPart') return null
    return read(segmentRoll, rollIdOf(command.segmentId, command.bucket, command.part - 1))
  },
  decide,
}

/** The part of a bucket's roll that takes entries now (or has to be opened), and its state. */
export const currentRoll = (
  segmentId: string,
  bucket: number,
  look: Look,
): { readonly part: number; readonly id: string; readonly state: SegmentRollState } => {
  for (let part = 0; ; part += 1) {
    const id = rollIdOf(segmentId, bucket, part)
    const state = look(segmentRoll, id)
    if (!isClosed(state)) return { part, id, state }
  }
}

/** Who is in a bucket as last recorded; while a new part is being opened, the one before says. */
const recordedRoll = (segmentId: string, bucket: number, look: Look): SegmentRollState => {
  const { part, state } = currentRoll(segmentId, bucket, look)
  if (part === 0 || (state.events > 0 && !isUnfinished(state.opening))) return state
  return look(segmentRoll, rollIdOf(segmentId, bucket, part - 1))
}

/**
 * All segments that a member is in, in the order of ids: rules as they hold for the facts now, lists as last
 * recorded, with the version that the member's bucket was last completed under.
 */
export const segmentsHeld = (
  state: SegmentsState,
  facts: MembershipFacts,
  look: Look,
): readonly SegmentAt[] => {
  const held = [...segmentsOf(state, facts)]
  const { membershipId, active } = facts
  if (!active || membershipId === null) return held
  const bucket = bucketOf(membershipId)
  for (const { id, definition, retired } of state.segments) {
    if (retired || definition.kind !== 'LIST') continue
    const roll = recordedRoll(id, bucket, look)
    if (roll.completed !== null && hasMember(roll.members, membershipId))
      held.push({ id, version: roll.completed })
  }
  return sortFew(held, (a, b) => byCodeUnits(a.id, b.id))
}
