/** docs/events.md: every event with its meaning and its fields, for people. */
import { catalogue, definitionOf } from '../domain/catalogue.ts'
import type { Definitions, JsonSchema } from './catalogue-schemas.ts'
import { streams } from './catalogue-streams.ts'

/** Codes that are listed one by one; longer lists are counted. */
const mostListed = 20
const oneOf = (texts: readonly string[]): string => [...new Set(texts)].join(' or ')
const code = (value: unknown): string => `\`${String(value)}\``

/** The bounds that say something: those of all safe integers do not. */
const bound = (value: number | undefined): number | undefined =>
  value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? undefined : value

const range = (least: number | undefined, most: number | undefined, unit: string): string => {
  if (least !== undefined && most !== undefined)
    return least === most ? ` ${least}${unit}` : ` ${least} to ${most}${unit}`
  if (least !== undefined) return ` from ${least}${unit}`
  return most === undefined ? '' : ` up to ${most}${unit}`
}

const fields = ({ properties = {} }: JsonSchema): string =>
  `{ ${Object.entries(properties)
    .map(([name, schema]) => `${name}: ${typeText(schema)}`)
    .join(', ')} }`

const textOf = ({ format, pattern, minLength, maxLength }: JsonSchema): string => {
  if (format === 'date-time') return 'instant, UTC with milliseconds'
  if (format !== undefined) return format
  const least = minLength !== undefined && minLength > 1 ? minLength : undefined
  const length = range(least, maxLength, ' characters')
  return pattern === undefined ? `text${length}` : `text like ${code(pattern.replaceAll('|', '\\|'))}`
}

/** An event's data may be a shape, too: the sale is what PurchasePlaced holds. */
const anchorOf = (name: string): string =>
  [definitionOf(name)?.streams[0] ?? [], name.toLowerCase()].flat().join('-')

/** A schema in words. */
const typeText = (schema: JsonSchema): string => {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)
    return `[${name}](#${anchorOf(name)})`
  }
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum !== undefined)
    return schema.enum.length > mostListed
      ? `one of ${schema.enum.length} codes: ${code(schema.enum[0])} … ${code(schema.enum.at(-1))}`
      : oneOf(schema.enum.map(code))
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) return oneOf(options.map(typeText))
  switch (schema.type) {
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? `map of ${typeText(schema.propertyNames ?? {})} to ${typeText(schema.additionalProperties)}`
        : fields(schema)
    case 'array':
      return `list${range(schema.minItems, schema.maxItems, '')} of ${typeText(schema.items ?? {})}`
    case 'integer':
      return `whole number${range(bound(schema.minimum), bound(schema.maximum), '')}`
    case 'string':
      return textOf(schema)
    case 'boolean':
      return '`true` or `false`'
    default:
      return schema.type ?? 'anything'
  }
}

const table = ({ properties = {} }: JsonSchema): readonly string[] => [
  '| field | what it holds |',
  '| --- | --- |',
  ...Object.entries(properties).map(([name, schema]) => `| ${name} | ${typeText(schema)} |`),
]

const shapeSection = ([name, schema]: readonly [string, JsonSchema]): readonly string[] => [
  `### ${name}`,
  '',
  ...(schema.type === 'object' && schema.properties !== undefined ? table(schema) : [typeText(schema)]),
  '',
]

export const eventsPage = ({ shapes, events }: Definitions): string => {
  const definitions = Object.entries(catalogue)
  const eventsOf = (category: string) =>
    definitions.filter(([, definition]) => definition.streams.includes(category))
  return [
    '# Events',
    '',
    'Every fact that Tributary keeps, by the streams that hold it. Made from `domain/catalogue.ts` by',
    '`npm run catalogue`: change the catalogue, not this page. The same as JSON Schema is in',
    '[events.schema.json](events.schema.json), as AsyncAPI 3 in [events.asyncapi.json](events.asyncapi.json).',
    '',
    'Amounts are whole minor units of the currency beside them. Type names are stored: they are never renamed. A schema',
    'that changes gets the next version, and the old form is brought to it on reading. Each event stands in an envelope',
    '(see `eventstore/event.ts`) that says who did it, when it happened, when it was recorded, and what the decision saw.',
    '',
    '| stream | holds | events |',
    '| --- | --- | --- |',
    ...streams.map(
      ({ category, holds }) =>
        `| [${category}](#${category}) | ${holds} | ${eventsOf(category)
          .map(([type]) => type)
          .join(', ')} |`,
    ),
    '',
    ...streams.flatMap(({ category, id, holds }) => [
      `## ${category}`,
      '',
      `${holds} Stream \`${category}-{${id}}\`.`,
      '',
      ...eventsOf(category).flatMap(([type, { version, meaning }]) => [
        `### ${category}: ${type}`,
        '',
        `Version ${version}. ${meaning}`,
        '',
        ...table(events[type] ?? {}),
        '',
      ]),
    ]),
    '## Shapes',
    '',
    ...Object.entries(shapes).flatMap(shapeSection),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n')
}
