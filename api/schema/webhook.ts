/** Webhooks: where an organisation is told what happens, and what came of it. */
import type { EventLike } from '../../domain/decider.ts'
import { webhookId } from '../../domain/events/webhooks.ts'
import { secretPlace, type WebhookState, webhookCommand } from '../../domain/webhook.ts'
import { findWebhooks } from '../../projections/queries/webhooks.ts'
import { PLATFORM } from '../../projections/views/keys.ts'
import { type WebhookDocument, webhooks, webhooksView } from '../../projections/views/webhooks.ts'
import { pageArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineCommand, mutationsOn, runCommand } from '../graphql/command-mutation.ts'
import type { CommandSpec, Filled, Filling, Input } from '../graphql/command-spec.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { loadAfter } from '../graphql/load.ts'
import { definePayload, type Outcome, PayloadType } from '../graphql/outcome.ts'
import { Unprepared } from '../graphql/prepare.ts'
import { inputError } from '../graphql/user-error.ts'
import type { DeliveryAttempt } from '../services.ts'

const mostAttempts = 100

const DeliveryAttemptType = builder.objectRef<DeliveryAttempt>('DeliveryAttempt').implement({
  description: 'One try to tell a webhook of one event.',
  fields: (t) => ({
    delivery: t.exposeID('delivery', { description: 'The header webhook-id: the same for each try.' }),
    event: t.exposeString('event', { description: 'Name of the event.' }),
    type: t.exposeString('type'),
    at: t.field({ type: 'DateTime', resolve: ({ at }) => at }),
    attempt: t.exposeInt('attempt', { description: 'From 1.' }),
    outcome: t.field({
      type: enumNamed('DeliveryOutcome', ['DELIVERED', 'FAILED', 'GONE', 'NOT_SENT']),
      description: 'GONE: the address said so (410). NOT_SENT: it leads where webhooks must not.',
      resolve: ({ outcome }) => outcome,
    }),
    status: t.exposeInt('status', { nullable: true, description: 'Of HTTP, where there was an answer.' }),
    problem: t.exposeString('problem', { nullable: true, description: 'Where there was none: why.' }),
    milliseconds: t.exposeInt('milliseconds'),
  }),
})

const WebhookType = builder.objectRef<WebhookDocument>('Webhook').implement({
  description:
    'An address that is told what happens: each event as its organisation sees it in `activity`, as a CloudEvent, signed as Standard Webhooks are.',
  fields: (t) => ({
    id: t.exposeID('webhook'),
    organisation: t.id({
      nullable: true,
      description: "Whose it is; null: the platform's own.",
      resolve: ({ organisation }) => (organisation === PLATFORM ? null : organisation),
    }),
    url: t.exposeString('url'),
    kinds: t.stringList({
      description: 'Types of events; none: all.',
      resolve: ({ kinds }) => [...kinds],
    }),
    status: t.field({
      type: enumNamed('WebhookStatus', ['ACTIVE', 'PAUSED', 'DISABLED', 'REMOVED']),
      resolve: ({ status }) => status,
    }),
    why: t.exposeString('why', {
      nullable: true,
      description: 'Why it is not active. Where it was disabled: FAILING for a day, or GONE.',
    }),
    subscribedAt: t.field({ type: 'DateTime', resolve: ({ subscribedAt }) => subscribedAt }),
    changedAt: t.field({ type: 'DateTime', resolve: ({ changedAt }) => changedAt }),
    attempts: t.field({
      type: [DeliveryAttemptType],
      description: `The last tries, newest first, at most ${mostAttempts}; kept for 30 days.`,
      args: { last: t.arg.int({ required: false, defaultValue: 20 }) },
      extensions: { cost: { items: 20 } },
      resolve: async ({ webhook }, { last }, { services }) => {
        const asked = Math.max(0, Math.min(last ?? 20, mostAttempts))
        return asked === 0 ? [] : [...(await services.webhooks.attempts(webhook, asked))]
      },
    }),
  }),
})

const WebhookConnection = defineConnection<WebhookDocument>(
  'Webhook',
  (t) => t.field({ type: WebhookType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [WebhookType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.queryField('webhooks', (t) =>
  t.field({
    type: WebhookConnection,
    description: 'Webhooks, those subscribed last first. An organisation sees its own.',
    args: { organisation: t.arg.id({ required: false }), ...pageArgs() },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      return readPage(context, info, webhooksView.name, { ...args }, (reader, request) =>
        findWebhooks(reader, reach, args.organisation ?? null, request),
      )
    },
  }),
)

const webhookOf = (t: Parameters<Parameters<typeof definePayload>[1]>[0]) =>
  t.field({
    type: WebhookType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, webhooksView.name, webhooks, outcome),
  })

const WebhookPayload = definePayload('WebhookPayload', (t) => ({ webhook: webhookOf(t) }))

interface Told extends Outcome {
  readonly secret: string | null
}

const WebhookSecretPayload = builder.objectRef<Told>('WebhookSecretPayload').implement({
  interfaces: [PayloadType],
  fields: (t) => ({
    webhook: t.field({
      type: WebhookType,
      nullable: true,
      resolve: (outcome, _args, context) => loadAfter(context, webhooksView.name, webhooks, outcome),
    }),
    secret: t.exposeString('secret', {
      nullable: true,
      description:
        'What deliveries are signed with. Told this once; null where it was told before: rotate it then.',
    }),
  }),
})

/** Secrets of requests that are being answered. */
const secrets = new WeakMap<Input, string>()

const secretBytes = 24

const makeSecret = async ({ input, key, services, streamId }: Filling): Promise<Filled> => {
  const secretId = services.derive('secret', streamId, ...(key?.parts ?? [services.newId('secret')]))
  const bytes = crypto.getRandomValues(new Uint8Array(secretBytes))
  const text = `whsec_${Buffer.from(bytes).toString('base64')}`
  secrets.set(input, text)
  const place = secretPlace(streamId, secretId)
  return { secretId, secret: await services.sealing.seal(streamId, 'webhook', place, text) }
}

/** @throws {Unprepared} where the address leads where webhooks must not */
const checkTarget = ({ input, services }: Filling): void => {
  const refusal = typeof input.url === 'string' ? services.webhooks.refusalOf(input.url) : null
  if (refusal !== null) throw new Unprepared([inputError('INVALID', refusal, ['input', 'url'])])
}

const secretMutation = <
  State,
  Command extends { readonly type: string },
  Event extends EventLike,
  Context,
  Type extends Command['type'],
>(
  spec: Omit<CommandSpec<State, Command, Event, Context, Type>, 'payload'>,
): void => {
  const mutation = defineCommand({ ...spec, payload: WebhookPayload })
  builder.mutationField(spec.name, (t) =>
    t.field({
      type: WebhookSecretPayload,
      description: spec.description,
      args: { input: t.arg({ type: mutation.input.ref }) },
      resolve: async (_parent, { input }, context, info): Promise<Told> => {
        const reach = reachIn(context, info)
        const outcome = await runCommand(mutation, { input, path: ['input'], context, reach })
        const isNew = outcome.id !== null && !outcome.replayed
        return { ...outcome, secret: isNew ? (secrets.get(input) ?? null) : null }
      },
    }),
  )
}

const ownersOf = (organisation: string | null | undefined): readonly string[] =>
  organisation === null || organisation === undefined ? [] : [organisation]

secretMutation({
  decider: (model) => model.webhook,
  commands: webhookCommand,
  name: 'subscribeWebhook',
  type: 'SubscribeWebhook',
  description:
    'Has an address told what happens from now on, as far as the organisation may see it; without one, the platform.',
  target: {
    kind: 'NEW',
    prefix: 'webhook',
    property: 'webhookId',
    within: ({ organisation }) => [typeof organisation === 'string' ? organisation : PLATFORM],
  },
  owners: { by: 'COMMAND', of: ({ organisation }) => ownersOf(organisation), path: 'organisation' },
  key: 'REQUIRED',
  filled: ['secretId', 'secret'],
  defaulted: ['kinds'],
  fill: async (filling) => {
    checkTarget(filling)
    return { ...(await makeSecret(filling)), ...(filling.input.kinds == null ? { kinds: [] } : {}) }
  },
})

const named = { kind: 'NAMED', input: 'webhookId', id: webhookId, thing: 'webhook' } as const
const own = {
  by: 'STATE',
  of: ({ subscribed }: WebhookState) => ownersOf(subscribed?.organisation),
} as const

/** For so long, in milliseconds, both secrets sign, where nobody says how long. */
const rotationMs = 24 * 3_600_000

secretMutation({
  decider: (model) => model.webhook,
  commands: webhookCommand,
  name: 'rotateWebhookSecret',
  type: 'RotateWebhookSecret',
  description: 'Signs with a new secret, and until an instant (a day from now) with the one before, too.',
  target: named,
  owners: own,
  key: 'REQUIRED',
  filled: ['secretId', 'secret'],
  defaulted: ['previousUntil'],
  fill: async (filling) => ({
    ...(await makeSecret(filling)),
    ...(filling.input.previousUntil == null
      ? { previousUntil: new Date(Date.parse(filling.now) + rotationMs).toISOString() }
      : {}),
  }),
})

const mutation = mutationsOn({
  decider: (model) => model.webhook,
  commands: webhookCommand,
  payload: WebhookPayload,
})

mutation('pauseWebhook', 'PauseWebhook', 'Sends nothing until it is enabled again.', {
  target: named,
  owners: own,
})
mutation('enableWebhook', 'EnableWebhook', 'Sends again what happens from now on.', {
  target: named,
  owners: own,
})
mutation('removeWebhook', 'RemoveWebhook', 'Sends nothing any more, for ever.', {
  target: named,
  owners: own,
})
mutation(
  'redeliverWebhook',
  'RedeliverWebhook',
  'Tells it of an event once more, by the name of the event, as far as its organisation may see it.',
  { target: named, owners: own, key: 'REQUIRED' },
)
