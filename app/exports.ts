/** Exports put together: what the API asks of them, on the engine of jobs and the folder of files. */
import type { ExportPort, ExportView } from '../api/services.ts'
import { canonicalJson } from '../platform/canonical.ts'
import type { Clock } from '../platform/clock.ts'
import type { ExportRequest } from '../projections/queries/exported.ts'
import { isExportId, readExport, removeExport } from '../workers/exports/export-folder.ts'
import { exportName } from '../workers/exports/export-job.ts'
import {
  type ExportRecord,
  etaSeconds,
  exportKeptMs,
  exportQueue,
  findExport,
  noteExport,
} from '../workers/exports/export-record.ts'
import { jobFor } from '../workers/jobs.ts'
import type { JobEngine } from '../workers/queue.ts'
import { asked } from './inside.ts'

export interface ExportPortParts {
  /** The engine, opened when it is first asked for. */
  readonly open: () => Promise<JobEngine>
  /** Where the files are. */
  readonly folder: string
  readonly clock: Clock
}

const instant = (at: number): string => new Date(at).toISOString()

const blank = {
  progress: null,
  etaSeconds: null,
  rows: null,
  bytes: null,
  finishedAt: null,
  expiresAt: null,
  error: null,
}

const viewOf = async (
  engine: JobEngine,
  { request, begunAt, end }: ExportRecord,
  now: number,
): Promise<ExportView> => {
  if (end?.note === 'CANCELLED') return { ...blank, request, state: 'CANCELLED', finishedAt: instant(end.at) }
  if (end !== null) {
    const expiresAt = end.at + exportKeptMs
    const state = now < expiresAt ? 'DONE' : 'EXPIRED'
    const { rows, bytes, at } = end
    const told = { rows, bytes, finishedAt: instant(at), expiresAt: instant(expiresAt) }
    return { ...blank, ...told, request, state, progress: { done: rows, total: rows } }
  }
  const queue = engine.queue(exportQueue)
  const job = await queue.find(request.id)
  if (job === null) {
    // Dropped by those who run the platform; else it is about to be put.
    const state = (await queue.isHandled(request.id)) ? 'CANCELLED' : 'WAITING'
    return { ...blank, request, state }
  }
  if (job.state === 'DEAD') return { ...blank, request, state: 'FAILED', error: job.error }
  if (job.state !== 'ACTIVE') return { ...blank, request, state: 'WAITING' }
  const { progress } = job
  return { ...blank, request, state: 'RUNNING', progress, etaSeconds: etaSeconds(progress, begunAt, now) }
}

const sameRequest = (a: ExportRequest, b: ExportRequest): boolean =>
  canonicalJson({ list: a.list, format: a.format }) === canonicalJson({ list: b.list, format: b.format })

const listed = 50

export const exportPort = ({ open, folder, clock }: ExportPortParts): ExportPort => {
  const find = async (engine: JobEngine, id: string): Promise<ExportView | null> => {
    const record = isExportId(id) ? await findExport(engine, id) : null
    return record === null ? null : viewOf(engine, record, clock.now())
  }
  return {
    ask: (request) =>
      asked(async () => {
        const engine = await open()
        const { id, subject } = request
        const before = await findExport(engine, id)
        if (before !== null && !sameRequest(before.request, request)) return 'KEY_REUSED'
        // Each step is done again where the one who asked died between them.
        if (before === null) await noteExport(engine, id, { note: 'ASKED', request })
        const own = `exports-of:${subject}`
        if (!(await engine.notes(own, listed)).includes(id)) await engine.note(own, id)
        if (before === null || before.end === null)
          await engine.queue(exportQueue).put([jobFor({ name: exportName }, id, { id })])
        return before === null ? 'ASKED' : 'REPEATED'
      }),
    find: (id) => asked(async () => find(await open(), id)),
    of: (subject) =>
      asked(async () => {
        const engine = await open()
        const ids = [...new Set(await engine.notes(`exports-of:${subject}`, listed))]
        const found = await Promise.all(ids.map((id) => find(engine, id)))
        return found.filter((each) => each !== null)
      }),
    cancel: (id) =>
      asked(async () => {
        const engine = await open()
        const record = await findExport(engine, id)
        if (record === null || record.end?.note === 'DONE') return false
        if (record.end === null) await noteExport(engine, id, { note: 'CANCELLED', at: clock.now() })
        await engine.queue(exportQueue).cancel(id)
        if ((await findExport(engine, id))?.end?.note === 'DONE') return false
        await removeExport(folder, id)
        return true
      }),
    open: (id) => readExport(folder, id),
  }
}
