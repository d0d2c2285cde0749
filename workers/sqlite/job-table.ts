/** The statements of the embedded queue. Those that write run within a transaction of `Transactions`. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import {
  handledForMs,
  type JobView,
  keptNotes,
  type NewJob,
  type Progress,
  type QueueStats,
} from '../queue.ts'

type Row = Readonly<Record<number, SQLOutputValue>>

/** A job taken up, and under which token: what is said of it counts only as long as the token stands. */
export interface Claimed {
  readonly seq: number
  readonly owner: string
  readonly id: string
  readonly name: string
  readonly data: string
  readonly failures: number
  readonly createdAt: number
}

const mistyped = (wanted: string, value: unknown): never => {
  throw new TypeError(`The jobs hold ${value === null ? 'null' : typeof value} where ${wanted} is due.`)
}
const text = (value: SQLOutputValue | undefined): string =>
  typeof value === 'string' ? value : mistyped('text', value)
const integer = (value: SQLOutputValue | undefined): number =>
  typeof value === 'number' ? value : mistyped('an integer', value)
const textOrNull = (value: SQLOutputValue | undefined): string | null => (value === null ? null : text(value))
const integerOrNull = (value: SQLOutputValue | undefined): number | null =>
  value === null ? null : integer(value)

const progressOf = (value: string | null): Progress | null => {
  if (value === null) return null
  const [done, total] = value.split('/')
  return { done: Number(done), total: total === '' || total === undefined ? null : Number(total) }
}

const viewColumns = 'id, name, data, created, due, owner, failures, progress, error, dead'

const viewOf = (row: Row, now: number): JobView => {
  const [due, owner, deadAt] = [integerOrNull(row[4]), textOrNull(row[5]), integerOrNull(row[9])]
  const isAhead = due !== null && due > now
  return {
    id: text(row[0]),
    name: text(row[1]),
    data: text(row[2]),
    createdAt: integer(row[3]),
    failures: integer(row[6]),
    progress: progressOf(textOrNull(row[7])),
    error: textOrNull(row[8]),
    deadAt,
    state: deadAt !== null ? 'DEAD' : isAhead ? (owner === null ? 'DELAYED' : 'ACTIVE') : 'WAITING',
  }
}

/** Rows that are looked at in one transaction for what may be forgotten. */
const forgottenAtOnce = 1_000

export const jobTable = (database: DatabaseSync) => {
  const prepare = (sql: string) => database.prepare(sql)
  const isHandled = prepare(
    'SELECT 1 FROM jobs WHERE queue = ? AND id = ? AND (done IS NOT NULL OR cancelled = 1)',
  )
  const insert = prepare(
    'INSERT INTO jobs (queue, id, name, data, created, due, owner) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const dueJobs = prepare(
    `SELECT seq, id, name, data, failures, created, owner, cancelled FROM jobs
       WHERE queue = ? AND due <= ? ORDER BY due LIMIT ?`,
  )
  const take = prepare('UPDATE jobs SET owner = ?, due = ?, failures = ? WHERE seq = ?')
  const renew = prepare('UPDATE jobs SET due = ? WHERE seq = ? AND owner = ? RETURNING cancelled')
  const finish = prepare(
    `UPDATE jobs SET done = ?, data = '', due = NULL, owner = NULL, progress = NULL, error = NULL
       WHERE seq = ? AND owner = ?`,
  )
  const again = prepare(
    `UPDATE jobs SET owner = NULL, due = ?, failures = failures + ?, error = coalesce(?, error)
       WHERE seq = ? AND owner = ? AND cancelled = 0`,
  )
  const die = prepare(
    `UPDATE jobs SET owner = NULL, due = NULL, dead = ?, failures = failures + 1, error = ?
       WHERE seq = ? AND owner = ? AND cancelled = 0`,
  )
  const tell = prepare('UPDATE jobs SET progress = ? WHERE seq = ? AND owner = ?')
  const revive = prepare(
    'UPDATE jobs SET due = ?, dead = NULL, failures = 0 WHERE queue = ? AND id = ? AND dead IS NOT NULL',
  )
  const drop = prepare(
    `UPDATE jobs SET done = ?1, data = '', due = NULL, owner = NULL, dead = NULL
       WHERE queue = ?2 AND id = ?3 AND done IS NULL AND (owner IS NULL OR due <= ?1)`,
  )
  const flag = prepare('UPDATE jobs SET cancelled = 1 WHERE queue = ? AND id = ? AND done IS NULL')
  const find = prepare(
    `SELECT ${viewColumns} FROM jobs WHERE queue = ? AND id = ? AND done IS NULL AND cancelled = 0`,
  )
  const dead = prepare(
    `SELECT ${viewColumns} FROM jobs WHERE queue = ? AND dead IS NOT NULL ORDER BY dead DESC, seq DESC LIMIT ? OFFSET ?`,
  )
  const nextDue = prepare('SELECT min(due) FROM jobs WHERE queue = ? AND due IS NOT NULL')
  const countDue = prepare('SELECT count(*), min(due) FROM jobs WHERE queue = ? AND due <= ?')
  const countAhead = prepare(
    'SELECT count(*) FILTER (WHERE owner IS NULL), count(owner) FROM jobs WHERE queue = ? AND due > ?',
  )
  const countDead = prepare('SELECT count(*) FROM jobs WHERE queue = ? AND dead IS NOT NULL')
  const oldest = prepare('SELECT seq, created, done FROM jobs WHERE seq > ? ORDER BY seq LIMIT ?')
  const forget = prepare('DELETE FROM jobs WHERE seq = ?')
  const note = prepare('INSERT INTO notes (key, at, text) VALUES (?, ?, ?)')
  const trim = prepare(
    'DELETE FROM notes WHERE key = ?1 AND seq <= (SELECT seq FROM notes WHERE key = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)',
  )
  const notes = prepare('SELECT text FROM notes WHERE key = ? ORDER BY seq DESC LIMIT ?')
  const forgetNotes = prepare('DELETE FROM notes WHERE at < ?')
  const mark = prepare('SELECT value FROM marks WHERE name = ?')
  const setMark = prepare(
    'INSERT INTO marks (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )

  return {
    /** `hand`: tells, for each job that is due at once, who takes it up right away and until when, if anybody does. */
    put: (
      queue: string,
      jobs: readonly NewJob[],
      now: number,
      hand: () => { readonly owner: string; readonly until: number } | null,
    ): readonly Claimed[] => {
      const handed: Claimed[] = []
      for (const { id, name, data, delayMs = 0 } of jobs) {
        const to = delayMs === 0 ? hand() : null
        const owner = to?.owner ?? null
        const { changes, lastInsertRowid } = insert.run(
          queue,
          id,
          name,
          data,
          now,
          to?.until ?? now + delayMs,
          owner,
        )
        if (owner !== null && changes !== 0)
          handed.push({ seq: Number(lastInsertRowid), owner, id, name, data, failures: 0, createdAt: now })
      }
      return handed
    },
    /** Takes up to `limit` due jobs under a new token, until `now + leaseMs`. */
    claim: (
      queue: string,
      owner: string,
      limit: number,
      now: number,
      leaseMs: number,
    ): readonly Claimed[] => {
      const claimed: Claimed[] = []
      for (const row of dueJobs.all(queue, now, limit)) {
        const [seq, id] = [integer(row[0]), text(row[1])]
        // Its lease ran out: its worker died over it.
        const failures = integer(row[4]) + (row[6] === null ? 0 : 1)
        take.run(owner, now + leaseMs, failures, seq)
        if (row[7] === 0)
          claimed.push({
            seq,
            owner,
            id,
            name: text(row[2]),
            data: text(row[3]),
            failures,
            createdAt: integer(row[5]),
          })
        else finish.run(now, seq, owner)
      }
      return claimed
    },
    /** False where the token stands no longer, `'CANCELLED'` where the job is to be let go of. */
    renew: ({ seq, owner }: Claimed, until: number): boolean | 'CANCELLED' => {
      const row = renew.get(until, seq, owner)
      if (row === undefined) return false
      return row[0] === 0 ? true : 'CANCELLED'
    },
    done: ({ seq, owner }: Claimed, now: number): void => {
      finish.run(now, seq, owner)
    },
    /** `error` null: given back, which is no failure. A cancelled job ends. */
    again: ({ seq, owner }: Claimed, due: number, error: string | null, now: number): void => {
      const { changes } = again.run(due, error === null ? 0 : 1, error, seq, owner)
      if (changes === 0) finish.run(now, seq, owner)
    },
    /** A cancelled job ends. */
    die: ({ seq, owner }: Claimed, error: string, now: number): void => {
      const { changes } = die.run(now, error, seq, owner)
      if (changes === 0) finish.run(now, seq, owner)
    },
    tell: ({ seq, owner }: Claimed, { done, total }: Progress): void => {
      tell.run(`${done}/${total ?? ''}`, seq, owner)
    },
    retry: (queue: string, id: string, now: number): boolean =>
      Number(revive.run(now, queue, id).changes) > 0,
    /** Whether it was there, and whether a worker has it. */
    cancel: (queue: string, id: string, now: number): 'GONE' | 'DROPPED' | 'FLAGGED' => {
      if (Number(drop.run(now, queue, id).changes) > 0) return 'DROPPED'
      return Number(flag.run(queue, id).changes) > 0 ? 'FLAGGED' : 'GONE'
    },
    find: (queue: string, id: string, now: number): JobView | null => {
      const row = find.get(queue, id)
      return row === undefined ? null : viewOf(row, now)
    },
    isHandled: (queue: string, id: string): boolean => isHandled.get(queue, id) !== undefined,
    dead: (queue: string, offset: number, limit: number, now: number): readonly JobView[] =>
      dead.all(queue, limit, offset).map((row) => viewOf(row, now)),
    /** When the next job is due, or a lease runs out. */
    nextDue: (queue: string): number | null => integerOrNull(nextDue.get(queue)?.[0] ?? null),
    stats: (queue: string, now: number): QueueStats => {
      const due: Row = countDue.get(queue, now) ?? {}
      const ahead: Row = countAhead.get(queue, now) ?? {}
      const oldest = integerOrNull(due[1] ?? null)
      return {
        waiting: integer(due[0]),
        delayed: integer(ahead[0]),
        active: integer(ahead[1]),
        dead: integer(countDead.get(queue)?.[0]),
        oldestMs: oldest === null ? 0 : now - oldest,
      }
    },
    /**
     * Forgets what was handled too long ago of the next rows after one, which stand in the order in which they were
     * put. Answers up to which row it looked; null, once there is nothing more so old.
     */
    forget: (now: number, after: number): number | null => {
      const until = now - handledForMs
      forgetNotes.run(until)
      const rows = oldest.all(after, forgottenAtOnce)
      let seq = after
      for (const row of rows) {
        if (integer(row[1]) >= until) return null
        seq = integer(row[0])
        const done = integerOrNull(row[2])
        if (done !== null && done < until) forget.run(seq)
      }
      return rows.length < forgottenAtOnce ? null : seq
    },
    note: (key: string, line: string, now: number): void => {
      note.run(key, now, line)
      trim.run(key, keptNotes)
    },
    notes: (key: string, limit: number): readonly string[] =>
      notes.all(key, limit).map((row) => text(row[0])),
    mark: (name: string): string | null => textOrNull(mark.get(name)?.[0] ?? null),
    setMark: (name: string, value: string): void => {
      setMark.run(name, value)
    },
  }
}

export type JobTable = ReturnType<typeof jobTable>
