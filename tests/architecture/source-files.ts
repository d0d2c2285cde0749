import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix } from 'node:path'
import { parseSync } from 'oxc-parser'

/** One import, re-export or dynamic import, types included. */
export interface Import {
  /** Path of the file from the project's root, with forward slashes. */
  readonly from: string
  /** The imported file's path from the root; a package's name; or a built-in module with `node:`. */
  readonly to: string
  readonly kind: 'file' | 'package' | 'builtin'
}

export interface SourceFile {
  readonly path: string
  readonly source: string
}

const root = join(import.meta.dirname, '..', '..')
const folders = [
  'domain',
  'eventstore',
  'projections',
  'workers',
  'api',
  'console',
  'platform',
  'app',
  'scripts',
  'tests',
]

const target = (from: string, specifier: string): Import => {
  if (specifier.startsWith('.')) {
    return { from, to: posix.join(posix.dirname(from), specifier), kind: 'file' }
  }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    return { from, to: specifier, kind: 'builtin' }
  }
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1)
  return { from, to: name.join('/'), kind: 'package' }
}

/** What a file imports, in the order in which it stands there. `path` is its place below the root. */
export const importsOf = (path: string, source: string): readonly Import[] => {
  const { module, errors } = parseSync(path, source)
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`)
  const specifiers = [
    ...module.staticImports.map((found) => found.moduleRequest.value),
    ...module.staticExports.flatMap((found) =>
      found.entries.flatMap((entry) => entry.moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => {
      const text = source.slice(start, end)
      const literal = /^(['"`])([^$]*)\1$/.exec(text)?.[2]
      if (literal === undefined) throw new SyntaxError(`${path}: import(${text}) cannot be followed`)
      return literal
    }),
  ]
  return [...new Set(specifiers)].map((specifier) => target(path, specifier))
}

/** Every file of the project's own source, read anew. */
export const readSourceFiles = (): readonly SourceFile[] =>
  folders
    .flatMap((folder) => {
      try {
        return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
          posix.join(folder, file.replaceAll('\\', '/')),
        )
      } catch {
        return []
      }
    })
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
    .map((path) => ({ path, source: readFileSync(join(root, path), 'utf8') }))
