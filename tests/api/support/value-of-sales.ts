/** Mutations that move the value of purchases, each with an input that can be done. */
import { done, key, payment, saleOf, textAt } from './ecosystem.ts'
import { at, type Case, type Place, registered } from './value-case.ts'

const placed = async ({ world, all }: Place): Promise<string> => {
  const input = {
    communityId: all.communityId,
    personId: all.personId,
    lines: [{ offer: { offerId: all.offerId, offerVersion: 1, quantity: 1 } }],
    total: '1999',
    key: key(),
  }
  return textAt((await done(world, all.owner, 'placePurchase', input, 'purchaseId')).fields, 'purchaseId')
}

/** A purchase that is paid, with its capture. */
const paid = async (place: Place) => {
  const { world, all } = place
  const captureId = `CAPTURE_${textAt(key(), 'idempotencyKey').slice(4)}`
  const purchaseId = await placed(place)
  await done(world, all.owner, 'capturePayment', { purchaseId, captureId, ...payment() })
  return { purchaseId, captureId }
}

const disputed = async (place: Place) => {
  const { world, all } = place
  const { purchaseId, captureId } = await paid(place)
  const input = { purchaseId, captureId, disputeId: 'D1', amount: '1999', currency: 'BRL', key: key() }
  await done(world, all.service, 'disputePayment', input)
  return { purchaseId, disputeId: 'D1' }
}

/** A payment of a purchase that was not named, and the purchase. */
const parked = async (place: Place) => {
  const { world, all } = place
  const purchaseId = await placed(place)
  const stated = await done(world, all.service, 'recordPayment', payment(), 'parked { factId }')
  return { factId: textAt(stated.fields, 'parked', 'factId'), purchaseId }
}

export const saleCases: readonly Case[] = [
  {
    name: 'placePurchase',
    token: ({ all }) => all.owner,
    input: async ({ all }) => ({
      communityId: all.communityId,
      personId: all.personId,
      lines: [{ offer: { offerId: all.offerId, offerVersion: 1, quantity: 1 } }],
      total: '1999',
    }),
    other: { total: '2000' },
  },
  {
    name: 'recordPurchase',
    token: ({ all }) => all.service,
    input: async ({ all }) => saleOf(all),
    other: { occurredAt: at },
  },
  {
    name: 'capturePayment',
    token: ({ all }) => all.owner,
    input: async (place) => ({ purchaseId: await placed(place), ...payment() }),
    other: { amount: '1998' },
  },
  {
    name: 'recordPayment',
    token: ({ all }) => all.service,
    input: async (place) => ({ purchaseId: await placed(place), ...payment() }),
    other: { amount: '1998' },
  },
  {
    name: 'recordPaymentFee',
    token: ({ all }) => all.service,
    input: async (place) => ({ ...(await paid(place)), amount: '50', currency: 'BRL' }),
    other: { amount: '51' },
  },
  {
    name: 'fulfilLines',
    token: ({ all }) => all.owner,
    input: async (place) => ({ purchaseId: (await paid(place)).purchaseId, lines: [1] }),
    other: { at },
  },
  {
    name: 'refundPurchase',
    token: ({ all }) => all.owner,
    input: async (place) => ({
      purchaseId: (await paid(place)).purchaseId,
      currency: 'BRL',
      lines: [{ line: 1, amount: '500' }],
      reason: 'broken',
    }),
    other: { reason: 'late' },
  },
  {
    name: 'recordRefund',
    token: ({ all }) => all.service,
    input: async (place) => ({
      purchaseId: (await paid(place)).purchaseId,
      lines: [{ line: 1, amount: '500' }],
      reason: 'broken',
      at,
      currency: 'BRL',
      provider: 'PIX',
      account: 'MAIN',
      amount: '500',
    }),
    other: { reason: 'late' },
  },
  {
    name: 'cancelPurchase',
    token: ({ all }) => all.owner,
    input: async (place) => ({ purchaseId: await placed(place), reason: 'gone' }),
    other: { reason: 'other' },
  },
  {
    name: 'voidPurchase',
    token: ({ all }) => all.finance,
    input: async (place) => ({ purchaseId: (await paid(place)).purchaseId, reason: 'wrong' }),
    other: { reason: 'other' },
  },
  {
    name: 'bookVariance',
    token: ({ all }) => all.finance,
    input: async ({ world, all }) => {
      const recorded = await done(world, all.service, 'recordPurchase', saleOf(all), 'purchaseId')
      return { purchaseId: textAt(recorded.fields, 'purchaseId'), reason: 'small' }
    },
    other: { reason: 'other' },
  },
  {
    name: 'disputePayment',
    token: ({ all }) => all.service,
    input: async (place) => ({ ...(await paid(place)), amount: '1999', currency: 'BRL' }),
    other: { amount: '1000' },
  },
  { name: 'winDispute', token: ({ all }) => all.service, input: disputed, other: { at } },
  {
    name: 'loseDispute',
    token: ({ all }) => all.service,
    input: async (place) => ({ ...(await disputed(place)), fee: '15', currency: 'BRL' }),
    other: { fee: '16' },
  },
  {
    name: 'correctAttribution',
    token: ({ all }) => all.finance,
    input: async (place) => ({
      purchaseId: (await paid(place)).purchaseId,
      sharerId: await registered(place),
      reason: 'a call',
    }),
    other: { reason: 'a letter' },
  },
  { name: 'resolveFact', token: ({ all }) => all.finance, input: parked, other: { note: 'another' } },
  {
    name: 'dismissFact',
    token: ({ all }) => all.finance,
    input: async (place) => ({ factId: (await parked(place)).factId, reason: 'not ours' }),
    other: { reason: 'other' },
  },
]
