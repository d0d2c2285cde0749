/** Many rows in one request: each for itself, or all or none. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isRecord } from '../../api/graphql/input-value.ts'
import { type Ecosystem, type Input, key, makeCommunity, makeEcosystem, saleOf } from './support/ecosystem.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let all: Ecosystem
beforeAll(async () => {
  world = await createWorld({ limits: { bucket: { points: 1_000_000, perSecond: 1_000_000 } } })
  all = await makeEcosystem(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const text = `mutation ($input: RecordPurchasesInput!) { recordPurchases(input: $input) {
  rows { purchaseId replayed userErrors { code path } } accepted rejected position userErrors { code message } } }`

const record = async (rows: readonly Input[], onError: 'PARTIAL' | 'REJECT_ALL', token = all.service) => {
  const { body } = await world.ask(text, { input: { rows, onError } }, token)
  const payload = isRecord(body.data) ? body.data.recordPurchases : undefined
  if (!isRecord(payload) || !Array.isArray(payload.rows)) throw new TypeError(JSON.stringify(body.errors))
  const codes = payload.rows.map((row: unknown) =>
    isRecord(row) && Array.isArray(row.userErrors)
      ? row.userErrors.map((error: unknown) => (isRecord(error) ? error.code : undefined))
      : [],
  )
  const { rows: answered, accepted, rejected, position, userErrors } = payload
  return { rows: Array.isArray(answered) ? answered : [], codes, accepted, rejected, position, userErrors }
}

const lengthOfLog = async (): Promise<number> =>
  (await world.services.store.readLog(null, 10_000)).events.length

const malformed = () => saleOf(all, { personId: 'nobody' })
/** Well-formed, and refused when it is decided: there is no such community. */
const refused = () => saleOf(all, { communityId: 'community_01h455vb4pex5vsknk084sn02q' })

it('takes what can be taken, and says of each other row what is wrong with it', async () => {
  const length = await lengthOfLog()
  const { codes, accepted, rejected } = await record(
    [saleOf(all), malformed(), saleOf(all), refused()],
    'PARTIAL',
  )
  expect(codes).toEqual([[], ['INVALID'], [], ['NOT_FOUND']])
  expect([accepted, rejected]).toEqual([2, 2])
  expect(await lengthOfLog()).toBe(length + 2)
})

it('takes none where one is malformed and all or none were asked for', async () => {
  const length = await lengthOfLog()
  const { codes, accepted, position } = await record([saleOf(all), malformed()], 'REJECT_ALL')
  expect(codes).toEqual([['ANOTHER_ROW_REFUSED'], ['INVALID']])
  expect([accepted, position]).toEqual([0, null])
  expect(await lengthOfLog()).toBe(length)
})

it('takes none where one is refused when it is decided', async () => {
  const length = await lengthOfLog()
  const { codes } = await record([saleOf(all), refused(), saleOf(all)], 'REJECT_ALL')
  expect(codes).toEqual([['ANOTHER_ROW_REFUSED'], ['NOT_FOUND'], ['ANOTHER_ROW_REFUSED']])
  expect(await lengthOfLog()).toBe(length)
})

it('takes all where none is refused, and each once however often they are sent', async () => {
  const rows = Array.from({ length: 250 }, () => saleOf(all))
  const first = await record(rows, 'REJECT_ALL')
  expect(first.accepted).toBe(250)
  const length = await lengthOfLog()
  const again = await record(rows, 'REJECT_ALL')
  expect(again.rows).toEqual(
    first.rows.map((row: unknown) => (isRecord(row) ? { ...row, replayed: true } : row)),
  )
  expect(await lengthOfLog()).toBe(length)
})

it('two rows under one key are one sale; another content under it is KEY_REUSED', async () => {
  const row = saleOf(all)
  const length = await lengthOfLog()
  const { codes } = await record([row, row, { ...row, occurredAt: '2026-04-01T00:00:00Z' }], 'PARTIAL')
  expect(codes).toEqual([[], [], ['KEY_REUSED']])
  expect(await lengthOfLog()).toBe(length + 1)
})

it('answers a position that has seen every row', async () => {
  const sale = saleOf(all, { key: key() })
  const { position } = await record([saleOf(all), sale, saleOf(all)], 'PARTIAL')
  const query = `{ purchases(first: 100, minPosition: "${position}") { nodes { id } } }`
  const { body } = await world.ask(query, {}, all.owner)
  expect(body.errors).toBeUndefined()
})

it('takes at most 250 rows', async () => {
  const rows = Array.from({ length: 251 }, () => saleOf(all))
  const { userErrors, rows: none } = await record(rows, 'PARTIAL')
  expect(userErrors).toMatchObject([{ code: 'INVALID' }])
  expect(none).toEqual([])
})

it('rows of a foreign community are not there to be recorded in', async () => {
  const foreign = await makeCommunity(world, all.operator, 'Runners')
  const { codes } = await record([saleOf(all)], 'PARTIAL', foreign.owner)
  expect(codes).toEqual([['NOT_FOUND']])
})
