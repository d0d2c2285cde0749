import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { createTables } from './schema.ts'
import { NameStatements, StreamNames } from './stream-names.ts'

/** Tables in memory, with what a writer does to make streams in one transaction. */
const openTables = () => {
  const database = new DatabaseSync(':memory:', { returnArrays: true })
  database.exec(createTables)
  database.exec("INSERT INTO meta VALUES (1, 1, 'epoch', 'now', 0)")
  const insertStream = database.prepare('INSERT INTO streams (id, name) VALUES (?, ?)')
  const insertName = database.prepare(
    'INSERT INTO stream_names (name, id) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const setThrough = database.prepare('UPDATE meta SET names_through = max(names_through, ?)')
  const statements = new NameStatements(database)
  return {
    statements,
    make: (names: StreamNames, arrived: readonly string[]): void => {
      names.refresh(statements)
      const numbered = arrived.map((name, index) => [name, names.lastId + index + 1] as const)
      for (const [name, id] of numbered) insertStream.run(id, name)
      names.sweep(numbered.length, insertName, setThrough)
      names.hold(numbered)
      names.swept()
    },
    indexed: (): readonly unknown[] =>
      database
        .prepare('SELECT name FROM stream_names ORDER BY id')
        .all()
        .map((row) => row[0]),
  }
}

/** Names in no order. */
const nameOf = (index: number): string => `case-${(index * 7919) % 10_007}`
const names = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => nameOf(first + index))

it('names are found, held or indexed', () => {
  const { statements, make } = openTables()
  const held = new StreamNames(16)
  for (let batch = 0; batch < 100; batch += 1) {
    make(held, names(batch * 5, 5))
    for (let index = 0; index < (batch + 1) * 5; index += 1)
      expect(held.find(nameOf(index), statements)).toBe(index + 1)
  }
  expect(held.find('case-none', statements)).toBeUndefined()
})

it('no more names are held than half as many again as asked for', () => {
  const { make } = openTables()
  const held = new StreamNames(64)
  for (let batch = 0; batch < 300; batch += 1) {
    make(held, names(batch * 4, 4))
    expect(held.held).toBeLessThanOrEqual(96)
  }
})

it('a process that only looks holds no more than what the index lacks', () => {
  const { statements, make } = openTables()
  const [writing, looking] = [new StreamNames(64), new StreamNames(64)]
  for (let batch = 0; batch < 300; batch += 1) {
    make(writing, names(batch * 4, 4))
    looking.refresh(statements)
    expect(looking.held).toBe(writing.held)
  }
})

it('a process that was away takes over only what the index lacks, and finds all', () => {
  const { statements, make } = openTables()
  const away = new StreamNames(64)
  away.refresh(statements)
  const writing = new StreamNames(64)
  for (let batch = 0; batch < 300; batch += 1) make(writing, names(batch * 4, 4))
  away.refresh(statements)
  expect(away.held).toBe(writing.held)
  expect(away.lastId).toBe(1_200)
  for (let index = 0; index < 1_200; index += 1) expect(away.find(nameOf(index), statements)).toBe(index + 1)
})

it('two processes that sweep the same names leave each once in the index', () => {
  const { statements, make, indexed } = openTables()
  const both = [new StreamNames(8), new StreamNames(8)]
  for (let batch = 0; batch < 200; batch += 1)
    for (const [index, one] of both.entries()) make(one, names((batch * 2 + index) * 3, 3))
  expect(new Set(indexed()).size).toBe(indexed().length)
  for (const one of both)
    for (let index = 0; index < 1_197; index += 1) expect(one.find(nameOf(index), statements)).toBe(index + 1)
})

it('what a transaction put into the index that was rolled back is put there again', () => {
  const { statements, make } = openTables()
  const held = new StreamNames(16)
  make(held, names(0, 16))
  const never = { run: () => ({ changes: 0, lastInsertRowid: 0 }) }
  held.sweep(16, never, never)
  for (let batch = 0; batch < 20; batch += 1) make(held, names(16 + batch * 4, 4))
  const later = new StreamNames(16)
  later.refresh(statements)
  for (let index = 0; index < 96; index += 1) expect(later.find(nameOf(index), statements)).toBe(index + 1)
})
