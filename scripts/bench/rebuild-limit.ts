/**
 * Child: what no rebuild can beat. Reads and parses the log, then upserts the same final documents, sorted by key,
 * into the same tables with the same settings, indexes last. Reading the documents beforehand is not counted.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openTributary } from '../../app/tributary.ts'
import { allProjections } from '../../projections/views/all.ts'
import { answerQuestions } from './child.ts'

const [folder = '', scratch = ''] = process.argv.slice(2)
const tributary = await openTributary({ folder })

const readLog = async (): Promise<number> => {
  const start = performance.now()
  for (let after: string | null = null; ; ) {
    const page = await tributary.store.readLog(after, 4_096)
    for (const { data, metadata } of page.events) {
      JSON.parse(data)
      JSON.parse(metadata)
    }
    after = page.next
    if (page.atHead) return performance.now() - start
  }
}

const settings = `
  PRAGMA page_size = 8192; PRAGMA cache_size = -4000;
  PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
`

/** The tables and indexes as the live generation has them, filled again from what it holds. */
const writeAgain = (file: string, number: number): { milliseconds: number; documents: number } => {
  const source = new DatabaseSync(file, { readOnly: true })
  const target = new DatabaseSync(join(scratch, `limit-${number}.db`))
  target.exec(settings)
  const schema = source
    .prepare(`SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'`)
    .all()
  let milliseconds = 0
  let documents = 0
  for (const { type, sql } of schema) if (type === 'table') target.exec(String(sql))
  for (const { type, name } of schema) {
    if (type !== 'table' || !String(name).startsWith('c_')) continue
    const read = source.prepare(`SELECT * FROM "${name}" ORDER BY key`)
    read.setReturnArrays(true)
    const rows = read.all().map((row) => Object.values(row))
    const columns = source
      .prepare(`SELECT name FROM pragma_table_info(?)`)
      .all(String(name))
      .map((column) => `"${column.name}"`)
    const start = performance.now()
    const upsert = target.prepare(
      `INSERT INTO "${name}" (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
         ON CONFLICT (key) DO UPDATE SET position = excluded.position, document = excluded.document WHERE excluded.position > "${name}".position`,
    )
    target.exec('BEGIN')
    for (const row of rows) upsert.run(...row)
    target.exec('COMMIT')
    milliseconds += performance.now() - start
    documents += rows.length
  }
  const start = performance.now()
  for (const { type, sql } of schema) if (type === 'index') target.exec(String(sql))
  milliseconds += performance.now() - start
  source.close()
  target.close()
  rmSync(join(scratch, `limit-${number}.db`), { force: true })
  return { milliseconds, documents }
}

answerQuestions(
  async () => {
    let milliseconds = await readLog()
    const reading = milliseconds
    let documents = 0
    for (const [number, { name }] of allProjections.entries()) {
      const live = await tributary.documents.live(name)
      if (live === null) throw new Error(`${name} was never built.`)
      const written = writeAgain(join(tributary.folder, 'views', `${live.id}.db`), number)
      milliseconds += written.milliseconds
      documents += written.documents
    }
    return { milliseconds, documents, reading }
  },
  () => tributary.close(),
)
