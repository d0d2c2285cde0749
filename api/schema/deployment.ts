/** What this deployment is, and which events it knows. */
import { z } from 'zod'
import { catalogue } from '../../domain/catalogue.ts'
import type { EventDefinition } from '../../domain/events/define.ts'
import { builder } from '../graphql/builder.ts'
import type { ApiLimits, Deployment } from '../services.ts'

const LimitsType = builder.objectRef<ApiLimits>('Limits').implement({
  description: 'What a request may be. Answers tell in `extensions.cost` what is left to spend.',
  fields: (t) => ({
    bodyBytes: t.exposeInt('bodyBytes'),
    tokens: t.exposeInt('tokens'),
    depth: t.exposeInt('depth'),
    aliases: t.exposeInt('aliases'),
    cost: t.exposeInt('cost', { description: 'Points of one request.' }),
    bucketPoints: t.int({ resolve: ({ bucket }) => bucket.points }),
    bucketPerSecond: t.int({ resolve: ({ bucket }) => bucket.perSecond }),
    wallClockMs: t.exposeInt('wallClockMs'),
    minPositionMs: t.exposeInt('minPositionMs'),
  }),
})

const DeploymentType = builder.objectRef<Deployment>('Deployment').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    zone: t.exposeString('zone', { description: "IANA zone of the ledger's business dates." }),
    currencies: t.field({ type: ['CurrencyCode'], resolve: ({ currencies }) => [...currencies] }),
    logEpoch: t.string({
      description: 'Changes when the log is moved or restored.',
      resolve: (_parent, _args, { services: { store } }) => store.epoch,
    }),
    limits: t.field({ type: LimitsType, resolve: (_parent, _args, { services }) => services.limits }),
  }),
})

builder.queryField('deployment', (t) =>
  t.field({
    type: DeploymentType,
    description: 'What this deployment is, and what a request to it may be.',
    resolve: (_parent, _args, { services }) => services.deployment,
  }),
)

interface Described {
  readonly name: string
  readonly definition: EventDefinition<z.ZodType>
}

const jsonSchemas = new WeakMap<Described['definition'], unknown>()

const jsonSchemaOf = (definition: Described['definition']): unknown => {
  const found = jsonSchemas.get(definition) ?? z.toJSONSchema(definition.data, { unrepresentable: 'any' })
  jsonSchemas.set(definition, found)
  return found
}

const EventTypeType = builder.objectRef<Described>('EventType').implement({
  description: 'A type of event: names are stored, and never change.',
  fields: (t) => ({
    name: t.exposeString('name'),
    streams: t.stringList({
      description: 'Categories of the streams that it stands in.',
      resolve: ({ definition }) => [...definition.streams],
    }),
    version: t.int({
      description: 'Of its data, as written now.',
      resolve: ({ definition }) => definition.version,
    }),
    meaning: t.string({ resolve: ({ definition }) => definition.meaning }),
    jsonSchema: t.field({
      type: 'JSON',
      description: 'JSON Schema of its data.',
      resolve: ({ definition }) => jsonSchemaOf(definition),
    }),
  }),
})

builder.queryField('eventTypes', (t) =>
  t.field({
    type: [EventTypeType],
    description: 'The event catalogue.',
    args: { name: t.arg.string({ required: false }) },
    extensions: { cost: { items: 20 } },
    resolve: (_parent, { name }) =>
      Object.entries(catalogue)
        .filter(([each]) => name === undefined || name === null || each === name)
        .map(([each, definition]) => ({ name: each, definition })),
  }),
)
