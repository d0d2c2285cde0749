import { DatabaseSync } from 'node:sqlite'
import { expect, it, vi } from 'vitest'
import { createTables } from './schema.ts'
import { HeadStatements, StreamHeads } from './stream-heads.ts'
import { StreamNames } from './stream-names.ts'

/** A log that another connection writes to, and what is known of it. */
const openLog = () => {
  const uri = `file:heads-${performance.now()}?mode=memory&cache=shared`
  const other = new DatabaseSync(uri, { returnArrays: true })
  other.exec(createTables)
  other.exec("INSERT INTO meta VALUES (1, 1, 'epoch', 'now', 0)")
  const ours = new DatabaseSync(uri, { returnArrays: true })
  const heads = new StreamHeads(ours, new StreamNames(16))
  const statements = new HeadStatements(ours)
  return {
    heads,
    statements,
    find: (stream: string) => heads.find(stream, statements),
    /** In one transaction: makes a stream where its number is new, and appends. */
    write: (stream: number, first: number, last: number) => {
      other.exec('BEGIN')
      if (first === 0) other.prepare('INSERT INTO streams VALUES (?, ?)').run(stream, `case-${stream}`)
      const insert = other.prepare('INSERT INTO events VALUES (NULL, ?, ?, ?, 1, ?, ?, zeroblob(32))')
      for (let revision = first; revision <= last; revision += 1)
        insert.run(stream, revision, 'T', '{}', '{}')
      other.exec('COMMIT')
    },
  }
}

it('what others wrote is followed: streams that grew, and streams that are new', () => {
  const { heads, statements, find, write } = openLog()
  write(1, 0, 2)
  heads.notice(statements)
  expect([find('case-1'), find('case-2')]).toEqual([
    { id: 1, revision: 2 },
    { id: 0, revision: -1 },
  ])
  write(1, 3, 3)
  write(2, 0, 1)
  expect(heads.notice(statements)).toBe(true)
  const lookUp = vi.spyOn(heads, 'lookUp')
  expect([find('case-1'), find('case-2')]).toEqual([
    { id: 1, revision: 3 },
    { id: 2, revision: 1 },
  ])
  expect(lookUp).not.toHaveBeenCalled()
})

it('after more than is followed one by one, all is looked up anew', () => {
  const { heads, statements, find, write } = openLog()
  write(1, 0, 0)
  write(2, 0, 0)
  heads.notice(statements)
  expect(find('case-1').revision).toBe(0)
  write(1, 1, 5_000)
  write(2, 1, 1)
  heads.notice(statements)
  expect([find('case-1').revision, find('case-2').revision]).toEqual([5_000, 1])
})

it('a COMMIT that follows what is known needs no look at the log', () => {
  const { heads, statements, find, write } = openLog()
  write(1, 0, 0)
  heads.notice(statements)
  write(2, 0, 1)
  heads.committed({
    heads: [['case-2', { id: 2, revision: 1 }]],
    arrived: [['case-2', 2]],
    span: { first: 2, last: 3 },
  })
  const lookUp = vi.spyOn(heads, 'lookUp')
  expect(heads.noticedWithin(60_000, statements)).toBe(true)
  expect(find('case-2')).toEqual({ id: 2, revision: 1 })
  expect(lookUp).not.toHaveBeenCalled()
})

it('a COMMIT after one of others, not yet followed, is looked at before it is told', () => {
  const { heads, statements, find, write } = openLog()
  write(1, 0, 0)
  heads.notice(statements)
  expect(find('case-3').revision).toBe(-1)
  write(2, 0, 0)
  write(3, 0, 0)
  heads.committed({
    heads: [['case-3', { id: 3, revision: 0 }]],
    arrived: [['case-3', 3]],
    span: { first: 3, last: 3 },
  })
  expect(heads.noticedWithin(60_000, statements)).toBe(true)
  expect([find('case-2').revision, find('case-3').revision]).toEqual([0, 0])
})

it('an answer that comes late takes nothing back of what was looked up', () => {
  const { heads, statements, find, write } = openLog()
  write(1, 0, 0)
  heads.notice(statements)
  write(2, 0, 0)
  write(2, 1, 1)
  // Known by its number alone: the look goes to the file, which is ahead of the answers.
  heads.committed({ heads: [], arrived: [['case-2', 2]], span: { first: 2, last: 2 } })
  expect(find('case-2').revision).toBe(1)
  heads.committed({ heads: [['case-2', { id: 2, revision: 0 }]], arrived: [], span: { first: 3, last: 3 } })
  expect(find('case-2').revision).toBe(1)
})
