import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { readCsv } from './csv.ts'
import { ImportError } from './import-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'tributary-csv-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, content: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const rowsOf = async (path: string) => {
  const rows: string[][] = []
  for await (const row of readCsv(path, ['a', 'b']))
    rows.push([String(row.line), row.field('a'), row.field('b')])
  return rows
}

const failureOf = async (path: string): Promise<ImportError> => {
  const error: unknown = await rowsOf(path).then(
    () => null,
    (thrown) => thrown,
  )
  if (error instanceof ImportError) return error
  throw new Error(`expected an ImportError, got ${String(error)}`)
}

const many = Array.from({ length: 5_000 }, (_, index) => `${index},x${index * 7_919}\n`).join('')

describe('a CSV file', () => {
  it('is read by the names of its columns, whatever their order, quotes and commas within them included', async () => {
    const path = write('quoted.csv', '\ufeffb,c,a\n1,2,"x, y"\n"say ""no""",4,"two\nlines"\n')
    expect(await rowsOf(path)).toEqual([
      ['2', 'x, y', '1'],
      ['4', 'two\nlines', 'say "no"'],
    ])
  })

  it('is read from gzip as from plain text', async () => {
    const plain = await rowsOf(write('many.csv', `a,b\n${many}`))
    expect(plain).toHaveLength(5_000)
    expect(await rowsOf(write('many.csv.gz', gzipSync(`a,b\n${many}`)))).toEqual(plain)
  })

  it.each([
    ['that is not there', () => join(folder, 'none.csv'), 'none.csv: There is no such file.', null],
    ['that is empty', () => write('empty.csv', ''), 'not even a header', null],
    ['without a column', () => write('columns.csv', 'a,c\n1,2\n'), 'no column "b"', 1],
    ['with a column twice', () => write('twice.csv', 'a,b,a\n1,2,3\n'), '"a" twice', 1],
    ['with a row too short', () => write('short.csv', 'a,b\n1,2\n3\n4,5\n'), 'as many fields', 3],
    ['with a row too long', () => write('long.csv', 'a,b\n1,2\n3,4,5\n'), 'as many fields', 3],
    ['cut off within its last field', () => write('field.csv', 'a,b\n1,2\n3,4'), 'does not end', null],
    ['cut off within a quote', () => write('quote.csv', 'a,b\n1,2\n3,"4\n5,6\n'), 'never closed', null],
    ['that is no gzip', () => write('plain.csv.gz', 'a,b\n1,2\n'), 'no gzip file', null],
    [
      'cut off within its gzip data',
      () => write('cut.csv.gz', gzipSync(`a,b\n${many}`).subarray(0, 9_000)),
      'cut off',
      null,
    ],
    [
      'damaged within its gzip data',
      () => {
        const bytes = gzipSync(`a,b\n${many}`)
        bytes.fill(0, 9_000, 9_100)
        return write('damaged.csv.gz', bytes)
      },
      'damaged',
      null,
    ],
  ])('%s is an error that names the file', async (_, made, words, line) => {
    const path = made()
    const error = await failureOf(path)
    expect(error.message).toContain(words)
    expect(error.file).toBe(path.slice(folder.length + 1))
    if (line !== null) expect(error.line).toBe(line)
  })

  it('may be left before its end', async () => {
    for await (const row of readCsv(write('left.csv', `a,b\n${many}`), ['a'])) {
      expect(row.field('a')).toBe('0')
      break
    }
  })
})
