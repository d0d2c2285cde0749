/** The documents that are made from the event catalogue, each by its path from the project's root. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { catalogue } from '../domain/catalogue.ts'
import { eventsPage } from './catalogue-page.ts'
import { definitionsOf } from './catalogue-schemas.ts'
import { streams } from './catalogue-streams.ts'

const root = join(import.meta.dirname, '..')
const version = (): string =>
  z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
    .version

const widest = 110
const listOfTexts = /^( *"[^"]+": )\[\n((?: *"(?:[^"\\]|\\.)*",?\n)+) *\](,?)$/gm

/** JSON as the formatter has it: a list of texts on one line, where it fits. */
const text = (value: unknown): string =>
  `${JSON.stringify(value, null, 2)}\n`.replace(
    listOfTexts,
    (whole, head: string, list: string, end: string) => {
      const line = `${head}[${list.trim().replace(/,\n */g, ', ')}]${end}`
      return line.length > widest ? whole : line
    },
  )

/** One JSON Schema (2020-12) with a definition for each event and shape. */
const schemaDocument = (): string => {
  const { shapes, events } = definitionsOf('draft-2020-12', (name) => `#/$defs/${name}`)
  return text({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Data of the events of Tributary',
    description:
      'Made from the event catalogue by scripts/catalogue.ts. $defs has one schema for each event type.',
    $defs: { ...events, ...shapes },
  })
}

/** AsyncAPI 3: a channel for each category of streams, a message for each event. */
const asyncApiDocument = (): string => {
  const { shapes, events } = definitionsOf('draft-07', (name) => `#/components/schemas/${name}`)
  const channels = streams.map(({ category, id, holds }) => {
    const types = Object.entries(catalogue).filter(([, definition]) => definition.streams.includes(category))
    const channel = {
      address: `${category}-{id}`,
      description: holds,
      parameters: { id: { description: id } },
      messages: Object.fromEntries(types.map(([type]) => [type, { $ref: `#/components/messages/${type}` }])),
    }
    return [category, channel]
  })
  const operations = streams.map(({ category }) => [
    `${category}Events`,
    { action: 'send', channel: { $ref: `#/channels/${category}` } },
  ])
  const messages = Object.entries(catalogue).map(([type, definition]) => [
    type,
    {
      name: type,
      title: type,
      summary: definition.meaning,
      contentType: 'application/json',
      'x-schema-version': definition.version,
      payload: { $ref: `#/components/schemas/${type}` },
    },
  ])
  return text({
    asyncapi: '3.0.0',
    info: {
      title: 'Tributary events',
      version: version(),
      description: 'Every fact that Tributary keeps. Made from the event catalogue by scripts/catalogue.ts.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(operations),
    components: { messages: Object.fromEntries(messages), schemas: { ...events, ...shapes } },
  })
}

/** Text of each document. */
export const catalogueDocuments = (): ReadonlyMap<string, string> =>
  new Map([
    ['docs/events.md', eventsPage(definitionsOf('draft-2020-12', (name) => `#/$defs/${name}`))],
    ['docs/events.schema.json', schemaDocument()],
    ['docs/events.asyncapi.json', asyncApiDocument()],
  ])
