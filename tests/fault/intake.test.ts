import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCommander } from '../../app/commander.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import type { CommandMeta } from '../../eventstore/command.ts'
import { createStating, type Stating } from '../../eventstore/stating.ts'
import { newId } from '../../platform/ids.ts'
import { dyingAfter } from '../support/dying-handler.ts'

const at = '2026-05-30T00:00:00.000Z'
const minutes = 60_000
let folder: string
let tributary: Tributary
let clock: { time: number; now: () => number }

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-intake-'))
  clock = { time: Date.parse('2026-06-02T00:00:00.000Z'), now: () => clock.time }
  tributary = await openTributary({ folder, clock })
})
afterEach(async () => {
  await tributary.close()
  rmSync(folder, { recursive: true, force: true })
})

const meta = (): CommandMeta => ({
  commandId: newId('command'),
  correlationId: newId('correlation'),
  causationId: null,
  actor: { kind: 'SYSTEM', id: 'test', onBehalfOf: null },
  occurredAt: null,
  traceparent: null,
})

/** Two unpaid sales of 700, and a parked payment of 700 that names neither. */
const openSales = async (): Promise<{ factId: string; sales: readonly [string, string] }> => {
  const { communities, partners } = await simulate(tributary, {
    members: 5,
    purchases: 0,
    seed: 4,
    until: '2026-06-01T00:00:00.000Z',
  })
  const [community] = communities
  const partner = partners.find(({ family }) => community?.plan.interests.includes(family))
  if (community === undefined || partner === undefined) throw new Error('Nobody to sell to.')
  const { currency } = community.plan
  const line = {
    kind: 'GOODS',
    partnerId: partner.id,
    offer: null,
    category: null,
    quantity: 1,
    listPrice: 700,
    tax: null,
    amount: 700,
  } as const
  const sales = [newId('purchase'), newId('purchase')] as const
  for (const purchaseId of sales) {
    await createCommander(tributary, 'test').run(
      tributary.model.purchase,
      purchaseId,
      {
        type: 'RecordPurchase',
        purchaseId,
        source: { system: 'shop', id: purchaseId },
        communityId: community.id,
        personId: community.ownerId,
        currency,
        lines: [{ ...line, discounts: [] }],
        payments: [],
        pickupPointId: null,
        occurredAt: at,
      },
      purchaseId,
    )
  }
  const stated = await tributary.stating.payment(
    { source: { system: 'bank', id: '1' }, purchase: { id: null, reference: '?' }, currency, at },
    {
      captureId: 'c',
      provider: 'stripe',
      account: 'main',
      transactionId: 't',
      method: 'card',
      instalments: null,
      amount: 700,
    },
    meta(),
  )
  if (stated.kind !== 'PARKED') throw new Error('The payment was not parked.')
  return { factId: stated.factId, sales }
}

const attach = (stating: Stating, factId: string, purchaseId: string) =>
  stating.attach(factId, purchaseId, '', at, meta())

/** Of each sale, what was captured for it. */
const captured = async (sales: readonly string[]): Promise<readonly number[]> =>
  Promise.all(
    sales.map(async (id) => {
      const { state } = await tributary.handler.readFresh(tributary.model.purchase, id)
      return state.captures.reduce((sum, { amount }) => sum + amount, 0)
    }),
  )

/** Stating in a process that dies after so many commands. */
const statingUntil = (commands: number): Stating => {
  const { handler, model, derive } = tributary
  return createStating({
    handler: dyingAfter(handler, commands).handler,
    clock,
    model,
    derive,
    ledgerZone: 'UTC',
  })
}

describe('a parked payment', () => {
  it('is attached to one purchase, when two people attach it to two at the same moment', async () => {
    const { factId, sales } = await openSales()
    const outcomes = await Promise.allSettled(sales.map((id) => attach(tributary.stating, factId, id)))
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { name: 'Rejection', code: 'WRONG_STATE' },
    })
    expect([...(await captured(sales))].sort((a, b) => a - b)).toEqual([0, 700])
  })

  it('stays with the purchase that had it when the process died, whatever is asked afterwards', async () => {
    const { factId, sales } = await openSales()
    const [first, second] = sales
    await expect(attach(statingUntil(2), factId, first)).rejects.toThrow('The process is gone.')
    expect(await captured(sales)).toEqual([700, 0])
    await expect(attach(tributary.stating, factId, second)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    clock.time += 2 * minutes
    await expect(attach(tributary.stating, factId, second)).rejects.toMatchObject({
      code: 'WRONG_STATE',
      details: { attachedTo: first },
    })
    expect(await captured(sales)).toEqual([700, 0])
    const { state } = await tributary.handler.readFresh(tributary.model.intake, factId)
    expect(state).toMatchObject({ status: 'RESOLVED', attachedTo: first })
    await attach(tributary.stating, factId, first)
    expect(await captured(sales)).toEqual([700, 0])
  })

  it('is free again a minute after a process died before the purchase had it', async () => {
    const { factId, sales } = await openSales()
    const [first, second] = sales
    await expect(attach(statingUntil(1), factId, first)).rejects.toThrow('The process is gone.')
    await expect(attach(tributary.stating, factId, second)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    clock.time += 2 * minutes
    await attach(tributary.stating, factId, second)
    expect(await captured(sales)).toEqual([0, 700])
  })

  it('is not kept for a purchase that refuses it', async () => {
    const { factId, sales } = await openSales()
    await expect(attach(tributary.stating, factId, newId('purchase'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await attach(tributary.stating, factId, sales[1])
    expect(await captured(sales)).toEqual([0, 700])
  })
})
