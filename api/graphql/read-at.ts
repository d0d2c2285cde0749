/** Up to which event an answer is true. */
import type { ProjectionStatus } from '../../projections/view-status.ts'
import { builder } from './builder.ts'
import { writePosition } from './position-token.ts'

export interface ReadAt {
  readonly position: string | null
  readonly recordedAt: string | null
  readonly lagMs: number
  readonly complete: boolean
}

/** Of an answer from several views: as far as the one that is furthest behind. */
export const readAtOf = (statuses: readonly ProjectionStatus[]): ReadAt => {
  const furthestBehind = statuses.toSorted((a, b) => b.lagMs - a.lagMs)[0]
  const checkpoint = furthestBehind?.checkpoint ?? null
  const { position = null, event = null, recordedAt = null } = checkpoint ?? {}
  return {
    position:
      checkpoint === null || position === null || event === null
        ? null
        : writePosition({ epoch: checkpoint.epoch, position, event }),
    recordedAt,
    lagMs: furthestBehind?.lagMs ?? 0,
    complete: statuses.every(({ parked }) => parked === 0),
  }
}

export const ReadAtType = builder.objectRef<ReadAt>('ReadAt').implement({
  description: 'Up to which event an answer is true.',
  fields: (t) => ({
    position: t.exposeString('position', {
      nullable: true,
      description: 'Of the last event in it. Null: nothing has happened yet.',
    }),
    recordedAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ recordedAt }) => recordedAt,
    }),
    lagMs: t.exposeInt('lagMs', {
      description: 'How long ago, in milliseconds, that event was recorded; 0 where it is the last one.',
    }),
    complete: t.exposeBoolean('complete', {
      description: 'False where events were set aside that could not be read; the operator sees which.',
    }),
  }),
})
