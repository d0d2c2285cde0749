/** A webhook: an address that an organisation wants to be told at, which kinds of events, and under which secrets. */
import { z } from 'zod'
import { isEventType } from './catalogue.ts'
import { type CommunityState, community, knownCommunity } from './community.ts'
import { type Decider, type Read, Rejection, unreachable } from './decider.ts'
import { eventTypes } from './events/define.ts'
import { type WebhookEvent, webhookEvents } from './events/webhooks.ts'
import { type PartnerState, partner } from './partner.ts'
import { same } from './same.ts'
import { checkAdmitted } from './standing.ts'

const owned = { webhookId: true, organisation: true } as const

export const webhookCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('SubscribeWebhook'), ...webhookEvents.WebhookSubscribed.data.shape }),
  z.strictObject({
    type: z.literal('RotateWebhookSecret'),
    ...webhookEvents.WebhookSecretRotated.data.omit(owned).shape,
  }),
  z.strictObject({
    type: z.literal('PauseWebhook'),
    ...webhookEvents.WebhookPaused.data.omit(owned).shape,
  }),
  z.strictObject({
    type: z.literal('DisableWebhook'),
    ...webhookEvents.WebhookDisabled.data.omit(owned).shape,
  }),
  z.strictObject({ type: z.literal('EnableWebhook') }),
  /** Each time it is given it is meant: who repeats a request repeats its command's id. */
  z.strictObject({
    type: z.literal('RedeliverWebhook'),
    ...webhookEvents.WebhookRedeliveryAsked.data.omit(owned).shape,
  }),
  z.strictObject({
    type: z.literal('RemoveWebhook'),
    ...webhookEvents.WebhookRemoved.data.omit(owned).shape,
  }),
])
export type WebhookCommand = z.infer<typeof webhookCommand>
type DataOf<Type extends WebhookEvent['type']> = Extract<WebhookEvent, { type: Type }>['data']
type Subscribed = DataOf<'WebhookSubscribed'>

export type WebhookStatus = 'ACTIVE' | 'PAUSED' | 'DISABLED' | 'REMOVED'

export interface WebhookSecret {
  readonly secretId: string
  readonly secret: Subscribed['secret']
  /** Null: until there is another. */
  readonly until: string | null
}

export interface WebhookState {
  readonly subscribed: Subscribed | null
  readonly status: WebhookStatus
  /** At most two: the one in use, and the one before it. */
  readonly secrets: readonly WebhookSecret[]
}

const initial: WebhookState = { subscribed: null, status: 'ACTIVE', secrets: [] }

const evolve = (state: WebhookState, event: WebhookEvent): WebhookState => {
  switch (event.type) {
    case 'WebhookSubscribed': {
      const { secretId, secret } = event.data
      return { subscribed: event.data, status: 'ACTIVE', secrets: [{ secretId, secret, until: null }] }
    }
    case 'WebhookSecretRotated': {
      const { secretId, secret, previousUntil } = event.data
      const before = state.secrets.slice(0, 1).map((held) => ({ ...held, until: previousUntil }))
      return { ...state, secrets: [{ secretId, secret, until: null }, ...before] }
    }
    case 'WebhookPaused':
      return { ...state, status: 'PAUSED' }
    case 'WebhookDisabled':
      return { ...state, status: 'DISABLED' }
    case 'WebhookEnabled':
      return { ...state, status: 'ACTIVE' }
    case 'WebhookRemoved':
      return { ...state, status: 'REMOVED' }
    case 'WebhookRedeliveryAsked':
      return state
    default:
      return unreachable(event)
  }
}

/** Where a sealed secret stands. */
export const secretPlace = (webhookId: string, secretId: string): string => `webhook-${webhookId}/${secretId}`

/** Those that deliveries are signed with at an instant, the newest first. */
export const secretsAt = ({ secrets }: WebhookState, at: string): readonly WebhookSecret[] =>
  secrets.filter(({ until }) => until === null || at < until)

/** Whom the webhook is to be for; both null: the platform. */
interface WebhookContext {
  readonly partner: PartnerState | null
  readonly community: CommunityState | null
}

const subscribe = (
  { subscribed }: WebhookState,
  { type: _, ...data }: Extract<WebhookCommand, { type: 'SubscribeWebhook' }>,
  context: WebhookContext | null,
): readonly WebhookEvent[] => {
  if (subscribed !== null) {
    // The secret is made anew for each attempt; the first one stands.
    const { secret: __, ...before } = subscribed
    const { secret: ___, ...asked } = data
    if (same(before, asked)) return []
    throw new Rejection('KEY_REUSED', 'A webhook with this id was subscribed otherwise.', ['webhookId'])
  }
  if (context === null) throw new TypeError('A webhook was subscribed without its context.')
  if (context.partner !== null) checkAdmitted(context.partner, ['organisation'])
  if (context.community !== null) knownCommunity(context.community, ['organisation'])
  const unknown = data.kinds.findIndex((kind) => !isEventType(kind))
  if (unknown !== -1)
    throw new Rejection('NOT_FOUND', `There is no type of event ${data.kinds[unknown]}.`, [
      'kinds',
      String(unknown),
    ])
  return [{ type: 'WebhookSubscribed', data }]
}

const change = (
  { subscribed, status, secrets }: WebhookState,
  command: Exclude<WebhookCommand, { type: 'SubscribeWebhook' }>,
): readonly WebhookEvent[] => {
  if (subscribed === null) throw new Rejection('NOT_FOUND', 'There is no such webhook. Subscribe it first.')
  const { webhookId, organisation } = subscribed
  const owner = { webhookId, organisation }
  if (status === 'REMOVED') {
    if (command.type === 'RemoveWebhook' || command.type === 'DisableWebhook') return []
    throw new Rejection('WRONG_STATE', 'The webhook was removed. Subscribe another one.')
  }
  switch (command.type) {
    case 'RotateWebhookSecret': {
      const { type: _, ...secret } = command
      if (secrets.some(({ secretId }) => secretId === secret.secretId)) return []
      return [{ type: 'WebhookSecretRotated', data: { ...owner, ...secret } }]
    }
    case 'PauseWebhook':
      if (status !== 'ACTIVE') return []
      return [{ type: 'WebhookPaused', data: { ...owner, reason: command.reason } }]
    case 'DisableWebhook':
      if (status !== 'ACTIVE') return []
      return [{ type: 'WebhookDisabled', data: { ...owner, why: command.why, delivery: command.delivery } }]
    case 'EnableWebhook':
      return status === 'ACTIVE' ? [] : [{ type: 'WebhookEnabled', data: owner }]
    case 'RedeliverWebhook':
      if (status !== 'ACTIVE')
        throw new Rejection('WRONG_STATE', 'Nothing is sent to the webhook now. Enable it first.')
      return [{ type: 'WebhookRedeliveryAsked', data: { ...owner, delivery: command.delivery } }]
    case 'RemoveWebhook':
      return [{ type: 'WebhookRemoved', data: { ...owner, reason: command.reason } }]
    default:
      return unreachable(command)
  }
}

const gather = async (command: WebhookCommand, read: Read): Promise<WebhookContext | null> => {
  if (command.type !== 'SubscribeWebhook') return null
  const { organisation } = command
  return {
    partner: organisation?.startsWith('partner_') === true ? await read(partner, organisation) : null,
    community: organisation?.startsWith('community_') === true ? await read(community, organisation) : null,
  }
}

/** Stream `webhook-{webhook id}`. */
export const webhook: Decider<WebhookState, WebhookCommand, WebhookEvent, WebhookContext | null> = {
  category: 'webhook',
  initial,
  evolve,
  types: eventTypes(webhookEvents),
  gather,
  decide: (state, command, context) =>
    command.type === 'SubscribeWebhook' ? subscribe(state, command, context) : change(state, command),
}
