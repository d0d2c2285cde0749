/** Looks for damage in a log's file: what SQLite can tell, and what must hold between our tables. */
import { resultCode, resultCodeOf, unavailable } from './errors.ts'
import { openReader } from './open.ts'
import { textAt } from './rows.ts'

const mostProblems = 20

/** Each finds rows that must not be: one column, a sentence about one of them. */
const rules = [
  `SELECT format('Stream %d holds %d events in revisions %d to %d.', stream, count(*), min(revision), max(revision))
     FROM events GROUP BY stream HAVING min(revision) <> 0 OR max(revision) <> count(*) - 1`,
  `SELECT format('The events of stream number %d have no stream.', e.stream)
     FROM (SELECT DISTINCT stream FROM events) e LEFT JOIN streams s ON s.id = e.stream WHERE s.id IS NULL`,
  `SELECT format('Stream %s (%d) has no events.', s.name, s.id)
     FROM streams s WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.stream = s.id)`,
  `SELECT format('Stream %s has %d numbers.', name, count(*)) FROM streams GROUP BY name HAVING count(*) > 1`,
  `SELECT format('Stream %s (%d) is missing from the index of names.', s.name, s.id)
     FROM streams s JOIN meta m LEFT JOIN stream_names n ON n.name = s.name
     WHERE s.id <= m.names_through AND n.id IS NULL`,
  `SELECT format('The index of names has %s as %d.', n.name, n.id)
     FROM stream_names n LEFT JOIN streams s ON s.id = n.id WHERE s.name IS NOT n.name`,
]

/**
 * Problems found, in sentences, at most 20 of a kind; none in a sound file. Reads all of it, and blocks while it does.
 * Whether the events are the ones that were written is for `verifyLog` to say.
 * @throws {StoreUnavailable} where the file cannot be read at all
 */
export const checkLogFile = (file: string): readonly string[] => {
  try {
    using database = openReader(file)
    const damage = database
      .prepare(`PRAGMA integrity_check(${mostProblems})`)
      .all()
      .map((row) => textAt(row, 0))
      .filter((line) => line !== 'ok')
    if (damage.length > 0) return damage
    return rules.flatMap((sql) =>
      database
        .prepare(`${sql} LIMIT ${mostProblems}`)
        .all()
        .map((row) => textAt(row, 0)),
    )
  } catch (error) {
    const code = resultCodeOf(error)
    if (code === undefined || !(error instanceof Error)) throw error
    if (code === resultCode.corrupt || code === resultCode.notADatabase) return [`${file}: ${error.message}`]
    throw unavailable('Checking the log', file, error)
  }
}
