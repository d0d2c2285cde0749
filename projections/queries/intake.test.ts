import { beforeEach, expect, it } from 'vitest'
import { Projected } from '../../tests/support/projected.ts'
import { idOf } from '../../tests/support/world.ts'
import { intake } from '../views/intake.ts'
import { anyFacts, countFacts, type FactsAsked, factById, findFacts } from './intake.ts'
import { everything } from './scope.ts'

const effect = { at: '2026-03-01T12:00:00.000Z', businessDate: '2026-03-01' }
const contentOf = (number: number, amount: number) => ({
  factId: idOf('fact', number),
  currency: 'BRL' as const,
  source: { system: 'olist', id: `p${number}` },
  purchase: { id: null, reference: `order-${number}` },
  fact: { kind: 'DISPUTE' as const, disputeId: `d${number}`, provider: 'stripe', account: 'main', amount },
})

let log: Projected
beforeEach(async () => {
  log = new Projected(intake)
  for (const [number, amount] of [
    [1, 100],
    [2, 200],
    [3, 400],
  ] as const) {
    const data = { ...contentOf(number, amount), ...effect, why: 'NO_SUCH_PURCHASE' as const, detail: '' }
    const circumstances = { occurredAt: `2026-03-0${number}T00:00:00.000Z` }
    await log.happened(`intake-${number}`, 'FactParked', data, circumstances)
  }
  await log.happened('intake-2', 'FactDismissed', { ...contentOf(2, 200), ...effect, reason: 'Not ours' })
})

const found = async (asked: Partial<FactsAsked> = {}, newestFirst = false) => {
  const request = { first: 100, after: null }
  const page = await findFacts(log.reader, everything, { ...anyFacts, ...asked }, newestFirst, request)
  return page.edges.map(({ node }) => node.reference)
}

it('facts come by when they were parked, or the newest first', async () => {
  expect(await found()).toEqual(['order-1', 'order-2', 'order-3'])
  expect(await found({ status: 'PARKED' }, true)).toEqual(['order-3', 'order-1'])
})

it('facts are found by reason, kind and what they refer to', async () => {
  expect(await found({ why: 'NO_SUCH_PURCHASE', kind: 'DISPUTE', reference: 'order-3' })).toEqual(['order-3'])
  expect(await found({ why: 'WRONG_CURRENCY' })).toEqual([])
  expect(await found({ kind: 'PAYMENT' })).toEqual([])
  expect(await found({ purchase: idOf('purchase') })).toEqual([])
})

it('facts are counted and summed by status, reason, kind and currency', async () => {
  const group = { why: 'NO_SUCH_PURCHASE', kind: 'DISPUTE', currency: 'BRL' }
  expect(await countFacts(log.reader, everything)).toEqual([
    { status: 'DISMISSED', ...group, count: 1, amount: 200 },
    { status: 'PARKED', ...group, count: 2, amount: 500 },
  ])
})

it('facts are for the platform alone', async () => {
  const scope = { all: false, organisations: new Set([idOf('community')]) }
  const refused = { name: 'OutOfScope', organisation: 'platform' }
  const request = { first: 1, after: null }
  await expect(findFacts(log.reader, scope, anyFacts, false, request)).rejects.toMatchObject(refused)
  await expect(factById(log.reader, scope, idOf('fact', 1))).rejects.toMatchObject(refused)
  await expect(countFacts(log.reader, scope)).rejects.toMatchObject(refused)
  expect(await factById(log.reader, everything, idOf('fact', 1))).toMatchObject({ amount: 100 })
  expect(await factById(log.reader, everything, idOf('fact', 9))).toBeNull()
})
