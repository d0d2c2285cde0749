import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import type { Activity } from '../../projections/queries/activity.ts'
import { messageOf } from './message.ts'

const activity: Activity = {
  position: '17',
  event: 'offer-offer_01h455vb4pex5vsknk084sn02q@0',
  type: 'OfferPublished',
  occurredAt: '2026-03-01T00:00:00.000Z',
  recordedAt: '2026-03-01T00:00:01.000Z',
  actorKind: 'SERVICE',
  actor: 'service_1',
  onBehalfOf: null,
  community: null,
  subject: 'offer_01h455vb4pex5vsknk084sn02q',
  label: 'Tea',
  amount: 1_999,
  currency: 'EUR',
}
const secrets = ['one', 'two'].map((text) => `whsec_${Buffer.from(text.repeat(10)).toString('base64')}`)
const now = Date.now()
const message = messageOf({ id: 'delivery_1', deploymentId: 'deployment_1', activity, secrets, now })

it('is a CloudEvent', () => {
  expect(JSON.parse(message.body)).toMatchObject({
    specversion: '1.0',
    id: activity.event,
    source: 'urn:tributary:deployment_1',
    type: 'tributary.OfferPublished',
    subject: activity.subject,
    time: activity.occurredAt,
    datacontenttype: 'application/json',
    data: { amount: { minor: '1999', currency: 'EUR' }, label: 'Tea' },
  })
  expect(message.headers['content-type']).toContain('application/cloudevents+json')
})

it('is verified by a receiver with either secret, and by no other', () => {
  for (const secret of secrets)
    expect(() => new Webhook(secret).verify(message.body, message.headers)).not.toThrow()
  const other = `whsec_${Buffer.from('another one, quite').toString('base64')}`
  expect(() => new Webhook(other).verify(message.body, message.headers)).toThrow()
  expect(() => new Webhook(secrets[0] ?? '').verify(`${message.body} `, message.headers)).toThrow()
})
