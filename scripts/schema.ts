/** `npm run schema`: writes the GraphQL schema as text, so that its changes show in review. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sdl } from '../api/schema/sdl.ts'

const help = `Usage: npm run schema [-- --help]

Writes api/schema.graphql from the modules in api/schema.`

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
  writeFileSync(join(import.meta.dirname, '..', 'api', 'schema.graphql'), sdl)
  console.log('api/schema.graphql')
}
