/** `npm run catalogue`: writes the documents that are made from the event catalogue. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { catalogueDocuments } from './catalogue-documents.ts'

const help = `Usage: npm run catalogue [-- --help]

Writes docs/events.md, docs/events.schema.json and docs/events.asyncapi.json from domain/catalogue.ts.`

const isHelpWanted = (): boolean | undefined => {
  try {
    return parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values.help === true
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    process.exitCode = 2
    return undefined
  }
}

const isHelp = isHelpWanted()
if (isHelp === true) console.log(help)
if (isHelp === false) {
  for (const [path, text] of catalogueDocuments()) {
    const file = join(import.meta.dirname, '..', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    console.log(path)
  }
}
