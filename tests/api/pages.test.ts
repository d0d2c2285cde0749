/** Lists in pages, cursors that are good for their own list alone, and positions that are never misread. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRecord } from '../../api/graphql/input-value.ts'
import { writePosition } from '../../api/graphql/position-token.ts'
import { done, key, makePartner, textAt } from './support/ecosystem.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let operator: string
let position: string
beforeAll(async () => {
  world = await createWorld({ limits: { minPositionMs: 30 } })
  operator = await world.signIn('OPERATOR')
  for (const name of ['E', 'C', 'A', 'D', 'B']) await makePartner(world, operator, name)
  const last = await done(world, operator, 'defineCategory', { code: 'x', names: [] })
  position = last.position ?? ''
})
afterAll(() => world[Symbol.asyncDispose]())

const page = async (args: string) => {
  const text = `{ partners(${args}) { edges { cursor node { name } } nodes { name } pageInfo { hasNextPage endCursor } readAt { position complete } } }`
  return (await world.ask(text, {}, operator)).body
}
const codeOf = (body: Awaited<ReturnType<typeof page>>) => body.errors?.[0]?.extensions?.code

describe('a list', () => {
  it('goes on where the page before ended, to its end', async () => {
    const names: unknown[] = []
    let after = ''
    for (;;) {
      const { data } = await page(`first: 2${after}`)
      const found = isRecord(data) ? data.partners : undefined
      if (!isRecord(found) || !Array.isArray(found.nodes) || !isRecord(found.pageInfo))
        throw new TypeError('No page.')
      names.push(...found.nodes)
      if (found.pageInfo.hasNextPage === false) break
      after = `, after: "${String(found.pageInfo.endCursor)}"`
    }
    expect(names).toEqual(['A', 'B', 'C', 'D', 'E'].map((name) => ({ name })))
  })

  it.each([0, -1, 101, 2_000_000])('of %d at once is refused', async (first) => {
    expect(codeOf(await page(`first: ${first}`))).toMatch(/BAD_REQUEST|QUERY_TOO_COSTLY/)
  })

  it('says up to which event it is true', async () => {
    const { data } = await page(`first: 1, minPosition: "${position}"`)
    expect(data).toMatchObject({ partners: { readAt: { complete: true } } })
  })
})

describe('a cursor', () => {
  const cursor = async () => textAt((await page('first: 1')).data, 'partners', 'pageInfo', 'endCursor')

  it('is good for its list alone', async () => {
    const text = `{ communities(first: 1, after: "${await cursor()}") { nodes { id } } }`
    expect(codeOf((await world.ask(text, {}, operator)).body)).toBe('CURSOR_INVALID')
  })

  it('is good for its arguments alone', async () => {
    expect(codeOf(await page(`first: 1, status: ADMITTED, after: "${await cursor()}"`))).toBe(
      'CURSOR_INVALID',
    )
  })

  it('that was changed, or made up, is refused', async () => {
    const good = await cursor()
    const flipped = `${good.startsWith('A') ? 'B' : 'A'}${good.slice(1)}`
    for (const bad of [flipped, good.slice(0, -4), '', 'x', '!!!', 'A'.repeat(500)])
      expect(codeOf(await page(`first: 1, after: "${bad}"`))).toBe('CURSOR_INVALID')
  })
})

describe('a position', () => {
  it('that the views have not come to is LAGGING, with how far they are', async () => {
    const ahead = writePosition({
      epoch: world.services.store.epoch,
      position: '999999999',
      event: 'partner-x@0',
    })
    const body = await page(`first: 1, minPosition: "${ahead}"`)
    expect(codeOf(body)).toBe('LAGGING')
    expect(body.errors?.[0]?.extensions).toMatchObject({ readAt: { position: expect.any(String) } })
  })

  it('of before a move of the log is found by its event', async () => {
    const event = textAt(
      (await world.ask('{ events(first: 1, newestFirst: false) { nodes { name } } }', {}, operator)).body
        .data,
      'events',
      'nodes',
      '0',
      'name',
    )
    const old = writePosition({ epoch: 'before', position: '999999999', event })
    expect((await page(`first: 1, minPosition: "${old}"`)).errors).toBeUndefined()
  })

  it('whose event is not in this log is CURSOR_EXPIRED', async () => {
    const lost = writePosition({ epoch: 'before', position: '1', event: 'partner-gone@7' })
    expect(codeOf(await page(`first: 1, minPosition: "${lost}"`))).toBe('CURSOR_EXPIRED')
  })

  it('that is none is CURSOR_INVALID', async () => {
    const half = Buffer.from('["a","b"]').toString('base64url')
    const wrong = Buffer.from('["a","x","partner-x@0"]').toString('base64url')
    for (const bad of ['x', half, wrong, 'A'.repeat(700)])
      expect(codeOf(await page(`first: 1, minPosition: "${bad}"`))).toBe('CURSOR_INVALID')
  })

  it('of a mutation has been seen by a query that names it', async () => {
    const input = { name: 'Z', categories: [], key: key() }
    const applied = await done(world, operator, 'applyAsPartner', input)
    const text = `{ partners(first: 100, status: APPLIED, minPosition: "${applied.position}") { nodes { name } } }`
    const { data } = (await world.ask(text, {}, operator)).body
    expect(data).toEqual({ partners: { nodes: [{ name: 'Z' }] } })
  })
})
