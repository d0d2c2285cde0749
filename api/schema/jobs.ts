/** Work that waits in queues, for those who run the platform. */
import { builder } from '../graphql/builder.ts'
import { definePayload, type Outcome, refused } from '../graphql/outcome.ts'
import { inputError } from '../graphql/user-error.ts'
import type { DeadJob, QueueFigures } from '../services.ts'

const QueueType = builder.objectRef<QueueFigures>('JobQueue').implement({
  description: 'How much waits in one queue.',
  fields: (t) => ({
    name: t.exposeString('name'),
    waiting: t.exposeInt('waiting', { description: 'Due, and not begun.' }),
    delayed: t.exposeInt('delayed', { description: 'Due later, or to be tried again later.' }),
    active: t.exposeInt('active'),
    dead: t.exposeInt('dead', { description: 'Tried often enough: for a person to look at.' }),
    oldestMs: t.exposeInt('oldestMs', { description: 'For how long the oldest that is due has waited.' }),
  }),
})

const DeadJobType = builder.objectRef<DeadJob>('DeadJob').implement({
  description: 'A job that is tried no more until a person says so.',
  fields: (t) => ({
    id: t.exposeID('id'),
    queue: t.exposeString('queue'),
    name: t.exposeString('name', { description: 'What it does.' }),
    data: t.exposeString('data', { description: 'JSON: ids of what it is about.' }),
    failures: t.exposeInt('failures'),
    error: t.exposeString('error', { nullable: true, description: 'Of the last try.' }),
    createdAt: t.field({ type: 'DateTime', resolve: ({ createdAt }) => createdAt }),
    diedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ diedAt }) => diedAt }),
  }),
})

builder.queryField('jobQueues', (t) =>
  t.field({
    type: [QueueType],
    description: 'How much waits in each queue of jobs.',
    resolve: async (_parent, _args, { services }) => [...(await services.jobs.figures())],
  }),
)

const mostDead = 100

builder.queryField('deadJobs', (t) =>
  t.field({
    type: [DeadJobType],
    description: `Dead jobs of a queue, latest death first, at most ${mostDead}.`,
    args: {
      queue: t.arg.string(),
      offset: t.arg.int({ required: false, defaultValue: 0 }),
    },
    extensions: { cost: { items: mostDead } },
    resolve: async (_parent, { queue, offset }, { services }) => [
      ...(await services.jobs.dead(queue, Math.max(0, offset ?? 0), mostDead)),
    ],
  }),
)

const inputNamed = (name: string) =>
  builder.inputType(name, { fields: (t) => ({ queue: t.string(), id: t.id() }) })

const [RetryJobInput, DropJobInput] = [inputNamed('RetryJobInput'), inputNamed('DropJobInput')]

const DeadJobPayload = definePayload('DeadJobPayload', (t) => ({
  id: t.id({ nullable: true, resolve: ({ id }) => id }),
}))

const told = (id: string, isDone: boolean): Outcome =>
  isDone
    ? { id, userErrors: [], mark: null, replayed: false, version: null }
    : refused([
        inputError('NOT_FOUND', 'There is no such dead job in this queue. Look at them again.', [
          'input',
          'id',
        ]),
      ])

builder.mutationField('retryJob', (t) =>
  t.field({
    type: DeadJobPayload,
    description: 'Tries a dead job again, as if it had never failed.',
    args: { input: t.arg({ type: RetryJobInput }) },
    resolve: async (_parent, { input: { queue, id } }, { services }) =>
      told(id, await services.jobs.retry(queue, id)),
  }),
)

builder.mutationField('dropJob', (t) =>
  t.field({
    type: DeadJobPayload,
    description: 'Takes a dead job away for good.',
    args: { input: t.arg({ type: DropJobInput }) },
    resolve: async (_parent, { input: { queue, id } }, { services }) =>
      told(id, await services.jobs.drop(queue, id)),
  }),
)
