/** Child: the same rows inserted into the same table and deleted again by plain `node:sqlite`, in commits of 256. */
import { DatabaseSync } from 'node:sqlite'
import { openSqliteJobs } from '../../workers/sqlite/sqlite-queue.ts'
import { answerQuestions } from './child.ts'
import { benchJobs, deploymentId, jobsInFlight } from './jobs-load.ts'

const [file = ''] = process.argv.slice(2)
await openSqliteJobs({ file, deploymentId }).close()
const database = new DatabaseSync(file)
database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000')
const insert = database.prepare(
  'INSERT INTO jobs (queue, id, name, data, created, due) VALUES (?, ?, ?, ?, ?, ?)',
)
const remove = database.prepare('DELETE FROM jobs WHERE seq = ?')

answerQuestions(
  async (question) => {
    const [round = '', count = ''] = question.split(' ')
    const jobs = benchJobs(round, Number(count))
    global.gc?.()
    const start = performance.now()
    for (let at = 0; at < jobs.length; at += jobsInFlight) {
      const now = Date.now()
      database.exec('BEGIN IMMEDIATE')
      const rows = jobs
        .slice(at, at + jobsInFlight)
        .map(({ id, name, data }) => insert.run('bench', id, name, data, now, now).lastInsertRowid)
      database.exec('COMMIT')
      database.exec('BEGIN IMMEDIATE')
      for (const row of rows) remove.run(row)
      database.exec('COMMIT')
    }
    return { jobs: jobs.length, milliseconds: performance.now() - start }
  },
  async () => database.close(),
)
