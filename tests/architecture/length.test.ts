import { expect, it } from 'vitest'
import { readSourceFiles } from './source-files.ts'

const most = 300

/** Files that may be longer, each with the reason why it stays one file. */
const allowed: Readonly<Record<string, string>> = {}

const linesOf = (source: string): number => source.split('\n').length - 1
const long = readSourceFiles()
  .map(({ path, source }) => ({ path, lines: linesOf(source) }))
  .filter(({ lines }) => lines > most)

it(`no file is longer than ${most} lines without a reason that is written down`, () => {
  expect(long.filter(({ path }) => !allowed[path]).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([])
})

it('no reason is kept for a file that is no longer long', () => {
  const paths = long.map(({ path }) => path)
  expect(Object.keys(allowed).filter((path) => !paths.includes(path))).toEqual([])
})
