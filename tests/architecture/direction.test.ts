import { describe, expect, it } from 'vitest'
import { type ImportingFile, rules } from './rules.ts'
import { importsOf, readSourceFiles } from './source-files.ts'

const file = (path: string, source: string): ImportingFile => ({ path, imports: importsOf(path, source) })

const files = readSourceFiles().map(({ path, source }) => file(path, source))

describe('the rules of direction', () => {
  it.each(rules)('$name', ({ breaches }) => {
    expect(breaches(files)).toEqual([])
  })

  it('look at every layer that there is', () => {
    expect(files.map((file) => file.path)).toEqual(
      expect.arrayContaining([
        'domain/decider.ts',
        'eventstore/port.ts',
        'platform/ids.ts',
        'scripts/test.ts',
      ]),
    )
  })
})

const ruleNamed = (name: string) => {
  const rule = rules.find((candidate) => candidate.name === name)
  if (!rule) throw new Error(`No rule is named "${name}".`)
  return rule
}

describe('a rule goes red', () => {
  it.each([
    ['domain imports zod and its own files only', 'domain/a.ts', "import { readFileSync } from 'node:fs'"],
    ['domain imports zod and its own files only', 'domain/a.ts', "import pino from 'pino'"],
    [
      'domain imports zod and its own files only',
      'domain/a.ts',
      "import type { Clock } from '../platform/clock.ts'",
    ],
    [
      'domain imports zod and its own files only',
      'domain/events/a.ts',
      "export { x } from '../../eventstore/x.ts'",
    ],
    ['platform is a leaf', 'platform/a.ts', "import { x } from '../domain/x.ts'"],
    [
      'eventstore imports domain and platform only',
      'eventstore/a.ts',
      "import { x } from '../projections/x.ts'",
    ],
    [
      'projections never import workers, api or app',
      'projections/a.ts',
      "const x = await import('../api/x.ts')",
    ],
    ['workers never import api or app', 'workers/jobs/a.ts', "import type { X } from '../../api/x.ts'"],
    ['api never imports workers or app', 'api/a.ts', "export * from '../app/x.ts'"],
    ['console imports its own files only', 'console/a.ts', "import '../domain/x.ts'"],
    ['nothing imports scripts or tests', 'app/a.ts', "import { x } from '../scripts/x.ts'"],
    ['nothing imports scripts or tests', 'app/a.ts', "import { x } from './x.test.ts'"],
    ['nothing imports scripts or tests', 'scripts/a.ts', "import { x } from '../tests/x.ts'"],
    [
      'only app, scripts and tests choose an engine: the rest knows its port',
      'api/a.ts',
      "import { x } from '../eventstore/sqlite/x.ts'",
    ],
  ])('%s: %s with %s', (name, path, source) => {
    expect(ruleNamed(name).breaches([file(path, source)])).toHaveLength(1)
  })

  it('no circles: through types, re-exports and dynamic imports too', () => {
    const circle = [
      file('app/a.ts', "import type { B } from './b.ts'"),
      file('app/b.ts', "export { c } from './c.ts'"),
      file('app/c.ts', "const load = () => import('./a.ts')"),
      file('app/outside.ts', "import { a } from './a.ts'"),
    ]
    expect(ruleNamed('no circles').breaches(circle)).toEqual(['app/a.ts → app/b.ts → app/c.ts → app/a.ts'])
  })
})
