import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../domain/catalogue.ts'
import { catalogueDocuments } from '../../scripts/catalogue-documents.ts'
import { definitionsOf, type JsonSchema } from '../../scripts/catalogue-schemas.ts'
import { streams } from '../../scripts/catalogue-streams.ts'

const root = join(import.meta.dirname, '..', '..')
const documents = catalogueDocuments()
const pageOf = (path: string): string => documents.get(path) ?? ''

describe('documents made from the event catalogue', () => {
  it.each([...documents.keys()])('%s is of the catalogue as it is: else npm run catalogue', (path) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(documents.get(path))
  })

  it('name every category of streams, and no other', () => {
    const categories = Object.values(catalogue).flatMap((definition) => definition.streams)
    expect(new Set(streams.map(({ category }) => category))).toEqual(new Set(categories))
  })

  it('link to what is there', () => {
    const page = pageOf('docs/events.md')
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    )
    expect(anchors).toEqual([...new Set(anchors)])
    for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor)
  })

  it.each(['docs/events.schema.json', 'docs/events.asyncapi.json'])('%s refers to what is there', (path) => {
    const document: unknown = JSON.parse(pageOf(path))
    for (const [, pointer = ''] of pageOf(path).matchAll(/"\$ref": "#\/([^"]+)"/g)) {
      const found = pointer
        .split('/')
        .reduce<unknown>(
          (part, key) =>
            typeof part === 'object' && part !== null
              ? Object.entries(part).find(([name]) => name === key)?.[1]
              : undefined,
          document,
        )
      expect(found, pointer).toBeTypeOf('object')
    }
  })
})

const partsOf = (schema: JsonSchema): readonly JsonSchema[] => [
  schema,
  ...[
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...Object.values(schema.properties ?? {}),
  ].flatMap(partsOf),
]

describe('the schemas of events', () => {
  const { events, shapes } = definitionsOf('draft-2020-12', (name) => name)
  const all = [...Object.values(events), ...Object.values(shapes)].flatMap(partsOf)

  it('hold whole numbers only: no amount is ever a float', () => {
    expect(all.filter(({ type, const: only }) => type === 'number' && !Number.isSafeInteger(only))).toEqual(
      [],
    )
  })

  it('bound every list', () => {
    const unbounded = all.filter(({ type, maxItems }) => type === 'array' && maxItems === undefined)
    expect(unbounded).toEqual([])
  })

  it('bound every text, by its length or its form', () => {
    const unbounded = all.filter(
      ({ type, maxLength, pattern, enum: codes, const: only }) =>
        type === 'string' &&
        maxLength === undefined &&
        pattern === undefined &&
        codes === undefined &&
        only === undefined,
    )
    expect(unbounded).toEqual([])
  })
})

describe('the command line', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'scripts', 'catalogue.ts'), ...args], { encoding: 'utf8' })

  it('says what it writes, and refuses what it does not know', () => {
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('docs/events.md') })
    expect(run('--nonsense')).toMatchObject({ status: 2, stdout: '' })
  })
})
