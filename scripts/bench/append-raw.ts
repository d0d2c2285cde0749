/** Child: the same rows into the same tables by plain `node:sqlite`, in commits of 256. The machine's own limit. */
import { DatabaseSync } from 'node:sqlite'
import { answerQuestions } from './child.ts'

const [from = '', to = ''] = process.argv.slice(2)
const source = new DatabaseSync(from, { readOnly: true, returnArrays: true })
const target = new DatabaseSync(to)
target.exec('PRAGMA journal_mode = WAL')
target.exec(`PRAGMA wal_autocheckpoint = ${(64 * 1024 * 1024) / 16_384}`)
target.exec('PRAGMA synchronous = FULL')
const insertStream = target.prepare('INSERT INTO streams (id, name) VALUES (?, ?)')
const insertEvent = target.prepare(
  'INSERT INTO events (stream, revision, type, schema_version, data, metadata, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
)
const rowsPerCommit = 256

answerQuestions(
  async (question) => {
    const [after = '', through = ''] = question.split(' ')
    const rows = source
      .prepare(
        `SELECT e.stream, e.revision, e.type, e.schema_version, e.data, e.metadata, e.hash, s.name FROM events e
           JOIN streams s ON s.id = e.stream WHERE e.position > ? AND e.position <= ? ORDER BY e.position`,
      )
      .all(Number(after), Number(through))
      .map((row) => Object.values(row))
    global.gc?.()
    const start = performance.now()
    for (let at = 0; at < rows.length; at += rowsPerCommit) {
      target.exec('BEGIN IMMEDIATE')
      for (const [stream, revision, type, version, data, metadata, hash, name] of rows.slice(
        at,
        at + rowsPerCommit,
      )) {
        if (stream === undefined || revision === undefined || type === undefined || version === undefined)
          continue
        if (data === undefined || metadata === undefined || hash === undefined || name === undefined) continue
        if (revision === 0) insertStream.run(stream, name)
        insertEvent.run(stream, revision, type, version, data, metadata, hash)
      }
      target.exec('COMMIT')
    }
    return { events: rows.length, milliseconds: performance.now() - start }
  },
  async () => {
    source.close()
    target.close()
  },
)
