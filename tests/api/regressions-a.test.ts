/** What once went wrong at the edge of the API, held so that it does not again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type World } from './support/world.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await createWorld({ limits: { bucket: { points: 1_000_000, perSecond: 1_000_000 } } })
  operator = await world.signIn('OPERATOR')
})
afterAll(() => world[Symbol.asyncDispose]())

describe('fragments that are spread twice in each other', () => {
  const doubled = (count: number, last: string) => {
    const fragments = Array.from(
      { length: count },
      (_, index) => `fragment f${index} on Viewer { ...f${index + 1} ...f${index + 1} }`,
    )
    return `{ viewer { ...f0 } } ${fragments.join(' ')} fragment f${count} on Viewer { ${last} }`
  }

  it.each([24, 120])('are looked at once each, however many there are: %i', async (count) => {
    const { body } = await world.ask(doubled(count, 'id'), {}, operator)
    expect(body.errors).toBeUndefined()
    expect(body.extensions).toMatchObject({ cost: { requested: 1 } })
  })

  it.each([24, 120])('cost what all of their spreads cost: %i', async (count) => {
    const { body } = await world.ask(doubled(count, 'id roles { role }'))
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COSTLY' })
  })

  it('that spread themselves are refused', async () => {
    const { body } = await world.ask(
      '{ viewer { ...A } } fragment A on Viewer { id ...B } fragment B on Viewer { ...A ...A }',
    )
    expect(body.errors?.[0]?.message).toMatch(/Cannot spread fragment/)
  })
})
