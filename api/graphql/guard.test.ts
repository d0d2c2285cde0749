import { buildSchema, graphql } from 'graphql'
import { expect, it } from 'vitest'
import { guardSchema } from './guard.ts'

const schema = guardSchema(
  buildSchema('type Query { seen: Int } type Mutation { changed: Int } type Subscription { told: Int }'),
  {
    'Query.seen': { AUDITOR: 'ANY' },
    'Mutation.changed': { AUDITOR: 'ANY' },
    'Subscription.told': { AUDITOR: 'ANY' },
  },
)

const asked = (source: string, isRemembered: boolean) =>
  graphql({
    schema,
    source,
    rootValue: { seen: 1, changed: 1 },
    contextValue: {
      principal: {
        subject: 'person_1',
        grants: [{ role: 'AUDITOR', organisation: null }],
        expiresAt: null,
        keyId: null,
        isRemembered,
      },
    },
  })

it('roles that are only remembered, since the log is away, are enough to read and not to change anything', async () => {
  expect(await asked('{ seen }', true)).toMatchObject({ data: { seen: 1 } })
  const { data, errors } = await asked('mutation { changed }', true)
  expect({ ...data }).toEqual({ changed: null })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 })
  expect(await asked('mutation { changed }', false)).toMatchObject({ data: { changed: 1 } })
})
