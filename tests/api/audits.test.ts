/** GraphQL over HTTP, by the audits of graphql-http: every MUST and SHOULD passes, on the short way and the long one. */
import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type World } from './support/world.ts'

describe.each([
  ['the short way', true],
  ['the long way', false],
])('audits of GraphQL over HTTP, %s', (_, fastPath) => {
  let world: World
  beforeAll(async () => {
    world = await createWorld({ fastPath })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  const audits = serverAudits({ url: () => `${world.url}/graphql`, fetchFn: fetch })

  it('are 61', () => {
    expect(audits).toHaveLength(61)
  })

  it.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn()
    expect(result).toMatchObject({ status: 'ok' })
  })
})
