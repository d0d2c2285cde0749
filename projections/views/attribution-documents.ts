/** Documents of attribution (see attribution.ts). */

import { trafficSource } from '../../domain/events/shapes.ts'
import { shareEvents } from '../../domain/events/traffic.ts'
import { type Collection, collection } from './collection.ts'
import { described, integer, nullable, object, type Shaped, text } from './shape.ts'

const source = described(trafficSource)

const step = object({
  community: text,
  month: text,
  source,
  channel: text,
  touches: integer,
  joins: integer,
})
export type FunnelDocument = Shaped<typeof step>
export const funnel: Collection<FunnelDocument> = collection({
  name: 'funnel',
  fields: {
    community: 'text',
    month: 'text',
    source: 'text',
    channel: 'text',
    touches: 'integer',
    joins: 'integer',
  },
  indexes: [['community', 'month']],
  fixed: ['community', 'month', 'source', 'channel'],
  shape: step,
})

const touch = object({
  event: text,
  touch: text,
  community: text,
  share: nullable(text),
  sharer: text,
  source,
  channel: text,
  campaign: nullable(text),
  at: text,
})
export type SharedTouchDocument = Shaped<typeof touch>
/** Keyed by the name of the touch's event. */
export const sharedTouches: Collection<SharedTouchDocument> = collection({
  name: 'sharedTouches',
  fields: { community: 'text', share: 'text', at: 'text' },
  indexes: [['share', 'at']],
  shape: touch,
})

const credit = object({
  purchase: text,
  community: text,
  /** Of the recognition. */
  month: text,
  /** Of the touch. Without one (a binding, a correction by hand) it is PRIVATE traffic, on no channel. */
  source,
  channel: text,
  campaign: nullable(text),
  share: nullable(text),
  sharer: text,
  /** The sharer's last credited touch, by the name of its event. */
  touch: nullable(text),
  at: text,
  currency: text,
  /** Basis points of the purchase: those of its credits sum to 10,000. */
  points: integer,
  /** What these are of the purchase's total. */
  gross: integer,
  /** The sharer's legs as SHARER_1, and what refunds and lost disputes took back of them. */
  earned: integer,
  reversed: integer,
})
export type CreditDocument = Shaped<typeof credit>
/** Keyed by purchase and sharer. */
export const credits: Collection<CreditDocument> = collection({
  name: 'credits',
  fields: {
    community: 'text',
    month: 'text',
    source: 'text',
    channel: 'text',
    share: 'text',
    sharer: 'text',
    currency: 'text',
    at: 'text',
    points: 'integer',
    gross: 'integer',
    earned: 'integer',
    reversed: 'integer',
  },
  // The first two cover the sums of the funnel and of shares.
  indexes: [
    ['community', 'month', 'source', 'channel', 'currency', 'points', 'gross', 'earned', 'reversed'],
    ['share', 'currency', 'points', 'gross', 'earned', 'reversed'],
    ['share', 'at'],
    ['sharer', 'community', 'at'],
  ],
  shape: credit,
})

const share = object({
  share: text,
  community: text,
  sharer: described(shareEvents.ShareCreated.data.shape.sharer),
  person: text,
  target: described(shareEvents.ShareCreated.data.shape.target),
  channel: text,
  createdAt: text,
  touches: integer,
  joins: integer,
  /** 1 once it counts no touch any more. */
  revoked: integer,
})
export type ShareDocument = Shaped<typeof share>
export const shares: Collection<ShareDocument> = collection({
  name: 'shares',
  fields: { community: 'text', person: 'text', createdAt: 'text' },
  indexes: [
    ['community', 'createdAt'],
    ['person', 'community', 'createdAt'],
  ],
  shape: share,
})

const sharer = object({
  community: text,
  person: text,
  touches: integer,
  /** Members whom the person invited. */
  joins: integer,
  /** Null until something was earned. Amounts are legs as SHARER_1 and SHARER_2. */
  currency: nullable(text),
  earned: integer,
  reversed: integer,
})
export type SharerDocument = Shaped<typeof sharer>
export const sharers: Collection<SharerDocument> = collection({
  name: 'sharers',
  fields: { community: 'text', person: 'text', earned: 'integer' },
  indexes: [['community', 'earned'], ['person']],
  fixed: ['community', 'person'],
  shape: sharer,
})
