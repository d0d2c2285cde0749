import { expect, it } from 'vitest'
import { z } from 'zod'
import { errorsOfIssues } from './user-error.ts'

const wordsAgainst = (schema: z.ZodType, value: unknown): string | undefined => {
  const { error } = schema.safeParse(value)
  return errorsOfIssues(error?.issues ?? [], (path) => path.map(String))[0]?.message
}

it.each([
  ['an amount below zero', z.int().min(0), -1, 'This has to be a whole number from 0 on.'],
  ['a number that is too large', z.int().max(10), 11, 'This has to be a whole number of at most 10.'],
  ['a fraction', z.int(), 1.5, 'This has to be a whole number.'],
  ['another type', z.string(), 1, 'This has to be a text.'],
  ['an empty text', z.string().min(1), '', 'This must not be empty.'],
  ['another word than the only one', z.literal('A'), 'B', 'This has to be A.'],
  ['none of a few words', z.enum(['A', 'B']), 'C', 'This has to be one of A, B.'],
  ['an instant that is none', z.iso.datetime(), 'now', /^This has to be an instant such as /],
  ['a day that is none', z.iso.date(), 'today', /^This has to be a day such as /],
  ['an address for mail that is none', z.email(), 'x', /^This has to be an address for mail/],
  ['another form', z.string().regex(/^a$/), 'b', 'This does not have the form that is expected here.'],
  ['what is no multiple', z.number().multipleOf(5), 7, 'This has to be a multiple of 5.'],
  ['a name that nobody knows', z.strictObject({}), { x: 1 }, 'Nothing is known here by the name of x.'],
  [
    'what a schema refuses without a word',
    z.string().refine(() => false),
    'x',
    'This is not what is expected here.',
  ],
  ['what a schema refuses with a word', z.string().refine(() => false, 'Too odd'), 'x', 'Too odd.'],
])('%s is refused in words for people', (_, schema, value, words) => {
  expect(wordsAgainst(schema, value)).toMatch(words)
})

it.each([
  z.string(),
  z.int().min(1),
  z.boolean(),
  z.array(z.string()).min(2),
  z.iso.datetime({ precision: 3 }),
  z.base64(),
  z.url(),
  z.union([z.string().max(1), z.int()]),
  z.record(z.enum(['A']), z.string()),
  z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('A') })]),
  z.literal(['A', 'B']),
])('no word of the validator itself is told', (schema) => {
  for (const value of [
    null,
    undefined,
    -1,
    0.5,
    'xx',
    [],
    ['x'],
    {},
    { kind: 'C' },
    { x: 1 },
    true,
    Number.NaN,
  ]) {
    const words = wordsAgainst(schema, value)
    if (words !== undefined)
      expect(words).not.toMatch(/[Ii]nvalid|expected (string|number|one)|Too (small|big)|Unrecognized/)
  }
})
