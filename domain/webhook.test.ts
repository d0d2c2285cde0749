import { describe, expect, it } from 'vitest'
import { Rejection } from './decider.ts'
import type { WebhookEvent } from './events/webhooks.ts'
import { secretsAt, type WebhookCommand, type WebhookState, webhook, webhookCommand } from './webhook.ts'

const webhookId = 'webhook_01h455vb4pex5vsknk084sn02q'
const secretId = (n: number) => `secret_01h455vb4pex5vsknk084sn02${n}`
const sealed = { subject: 'key_1', purpose: 'webhook', iv: 'aaaa', text: 'aaaa', tag: 'aaaa' }
const subscribe: Extract<WebhookCommand, { type: 'SubscribeWebhook' }> = {
  type: 'SubscribeWebhook',
  webhookId,
  organisation: null,
  url: 'https://example.org/hook',
  kinds: ['PurchasePlaced'],
  secretId: secretId(1),
  secret: sealed,
}
const nobody = { partner: null, community: null }

const given = (commands: readonly WebhookCommand[]) => {
  const events: WebhookEvent[] = []
  let state: WebhookState = webhook.initial
  for (const command of commands)
    for (const event of webhook.decide(state, command, nobody)) {
      events.push(event)
      state = webhook.evolve(state, event)
    }
  return { state, types: events.map(({ type }) => type) }
}
const codeOf = (commands: readonly WebhookCommand[]): string => {
  try {
    given(commands)
    return 'none'
  } catch (error) {
    return error instanceof Rejection ? error.code : String(error)
  }
}

const pause = { type: 'PauseWebhook', reason: 'maintenance' } as const
const enable = { type: 'EnableWebhook' } as const
const disable = { type: 'DisableWebhook', why: 'FAILING', delivery: 'purchase-a@0' } as const
const remove = { type: 'RemoveWebhook', reason: 'done' } as const
const rotate = (n: number, previousUntil: string) =>
  ({ type: 'RotateWebhookSecret', secretId: secretId(n), secret: sealed, previousUntil }) as const

describe('a webhook', () => {
  it('is subscribed once, whatever secret the second attempt brings', () => {
    const again = { ...subscribe, secret: { ...sealed, iv: 'bbbb' } }
    expect(given([subscribe, again]).types).toEqual(['WebhookSubscribed'])
    expect(codeOf([subscribe, { ...subscribe, url: 'https://example.org/other' }])).toBe('KEY_REUSED')
  })

  it('names kinds of events that there are', () => {
    expect(codeOf([{ ...subscribe, kinds: ['PurchasePlaced', 'NothingHappened'] }])).toBe('NOT_FOUND')
  })

  it('has an address of the web with no secret in it', () => {
    for (const url of ['ftp://example.org/', 'https://a:b@example.org/', 'https://example.org/#a', 'hook'])
      expect(webhookCommand.safeParse({ ...subscribe, url }).success).toBe(false)
  })

  it('is disabled once, and only while it is active', () => {
    expect(given([subscribe, disable, disable]).types).toEqual(['WebhookSubscribed', 'WebhookDisabled'])
    expect(given([subscribe, pause, disable]).types).toEqual(['WebhookSubscribed', 'WebhookPaused'])
    expect(given([subscribe, disable, enable, enable]).state.status).toBe('ACTIVE')
  })

  it('is told once more each time that somebody asks, while it is active', () => {
    const ask = { type: 'RedeliverWebhook', delivery: 'purchase-a@0' } as const
    expect(given([subscribe, ask, ask]).types).toEqual([
      'WebhookSubscribed',
      'WebhookRedeliveryAsked',
      'WebhookRedeliveryAsked',
    ])
    expect(codeOf([subscribe, pause, ask])).toBe('WRONG_STATE')
  })

  it('stays removed', () => {
    expect(given([subscribe, remove, remove, disable]).types).toEqual(['WebhookSubscribed', 'WebhookRemoved'])
    expect(codeOf([subscribe, remove, enable])).toBe('WRONG_STATE')
    expect(codeOf([enable])).toBe('NOT_FOUND')
  })

  it('signs with the secret before, until the instant that the rotation names', () => {
    const until = '2026-03-02T00:00:00.000Z'
    const { state, types } = given([subscribe, rotate(2, until), rotate(2, until)])
    expect(types).toEqual(['WebhookSubscribed', 'WebhookSecretRotated'])
    const ids = (at: string) => secretsAt(state, at).map((held) => held.secretId)
    expect(ids('2026-03-01T23:59:59.999Z')).toEqual([secretId(2), secretId(1)])
    expect(ids(until)).toEqual([secretId(2)])
    expect(given([subscribe, rotate(2, until), rotate(3, until)]).state.secrets).toHaveLength(2)
  })
})
