/** Touches: contacts of a person or visitor with a community. */
import { journeyIdOf } from '../../domain/derive.ts'
import { journeyCommand } from '../../domain/journey.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import { definePayload } from '../graphql/outcome.ts'

const TouchPayload = definePayload('TouchPayload', (t) => ({
  touchId: t.id({
    nullable: true,
    description: 'Of the touch; a join through it may name it.',
    resolve: ({ id }) => id,
  }),
}))

const mutation = mutationsOn({
  decider: (model) => model.journey,
  commands: journeyCommand,
  payload: TouchPayload,
})

mutation(
  'recordTouch',
  'RecordTouch',
  'A contact happened: through a share, a QR code, a door, a live stream.',
  {
    target: { kind: 'DERIVED', idOf: (_services, { subject, at }) => journeyIdOf(subject, at) },
    subjectOf: ({ touchId }) => touchId,
    owners: { by: 'COMMAND', of: ({ communityId }) => [communityId], path: 'communityId' },
    key: 'REQUIRED',
    filled: ['touchId'],
    defaulted: ['at'],
    fill: ({ input, key, services, now }) => ({
      touchId: services.derive('touch', String(input.communityId), ...(key?.parts ?? [])),
      ...(input.at == null ? { at: now } : {}),
    }),
  },
)
