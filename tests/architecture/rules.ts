import type { Import } from './source-files.ts'

export interface ImportingFile {
  readonly path: string
  readonly imports: readonly Import[]
}

/** A rule of direction, named in words. Answers each breach in one line; none, where it holds. */
export interface Rule {
  readonly name: string
  readonly breaches: (files: readonly ImportingFile[]) => readonly string[]
}

/** Tests beside their source belong to `tests`, wherever they stand. */
const layerOf = (path: string): string => (path.endsWith('.test.ts') ? 'tests' : (path.split('/')[0] ?? ''))

const imports = (files: readonly ImportingFile[], isBreach: (found: Import) => boolean): readonly string[] =>
  files
    .flatMap((file) => file.imports)
    .filter(isBreach)
    .map(({ from, to }) => `${from} imports ${to}`)

/** Files of a layer may import files of these layers only; packages are not looked at. */
const onlyImports = (name: string, layer: string, allowed: readonly string[]): Rule => ({
  name,
  breaches: (files) =>
    imports(
      files,
      ({ from, to, kind }) => kind === 'file' && layerOf(from) === layer && !allowed.includes(layerOf(to)),
    ),
})

/** Each circle once, beginning at its file that sorts first. */
const circles = (files: readonly ImportingFile[]): readonly string[] => {
  const next = new Map(
    files.map((file) => [
      file.path,
      file.imports.filter((found) => found.kind === 'file').map(({ to }) => to),
    ]),
  )
  const done = new Set<string>()
  const found = new Set<string>()
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at !== -1) {
      const circle = trail.slice(at)
      const first = circle.indexOf(circle.toSorted()[0] ?? '')
      const turned = [...circle.slice(first), ...circle.slice(0, first)]
      found.add([...turned, turned[0]].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const to of next.get(path) ?? []) walk(to, [...trail, path])
    done.add(path)
  }
  for (const path of next.keys()) walk(path, [])
  return [...found]
}

const isEngine = (path: string): boolean =>
  /^(eventstore|projections|workers)\/(sqlite|memory|bullmq)\//.test(path)
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

export const rules: readonly Rule[] = [
  {
    name: 'domain imports zod and its own files only',
    breaches: (files) =>
      imports(
        files,
        ({ from, to, kind }) =>
          layerOf(from) === 'domain' && !(kind === 'file' ? layerOf(to) === 'domain' : to === 'zod'),
      ),
  },
  onlyImports('platform is a leaf', 'platform', ['platform']),
  onlyImports('eventstore imports domain and platform only', 'eventstore', [
    'eventstore',
    'domain',
    'platform',
  ]),
  onlyImports('projections never import workers, api or app', 'projections', [
    'projections',
    'eventstore',
    'domain',
    'platform',
  ]),
  onlyImports('workers never import api or app', 'workers', [
    'workers',
    'projections',
    'eventstore',
    'domain',
    'platform',
  ]),
  onlyImports('api never imports workers or app', 'api', [
    'api',
    'projections',
    'eventstore',
    'domain',
    'platform',
  ]),
  onlyImports('console imports its own files only', 'console', ['console']),
  {
    name: 'nothing imports scripts or tests',
    breaches: (files) =>
      imports(
        files,
        ({ from, to, kind }) =>
          kind === 'file' &&
          ['scripts', 'tests'].includes(layerOf(to)) &&
          layerOf(from) !== layerOf(to) &&
          layerOf(from) !== 'tests',
      ),
  },
  {
    name: 'only app, scripts and tests choose an engine: the rest knows its port',
    breaches: (files) =>
      imports(
        files,
        ({ from, to, kind }) =>
          kind === 'file' &&
          isEngine(to) &&
          folderOf(from) !== folderOf(to) &&
          !['app', 'scripts', 'tests'].includes(layerOf(from)),
      ),
  },
  { name: 'no circles', breaches: circles },
]
