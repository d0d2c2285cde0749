/** The job that writes an export: page by page into a file that is put in its place when it is whole. */
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import type { DocumentStore } from '../../projections/documents.ts'
import {
  columnsOf,
  type ExportPage,
  type ExportRequest,
  exportPage,
  exportSize,
} from '../../projections/queries/exported.ts'
import { readLive } from '../../projections/read-live.ts'
import type { Freshness } from '../../projections/read-your-writes.ts'
import { journal } from '../../projections/views/journal.ts'
import { purchaseList } from '../../projections/views/purchases.ts'
import { defineJob, doubling, Hopeless, type JobContext, type JobKind } from '../jobs.ts'
import type { JobEngine } from '../queue.ts'
import { headOf, lineOf } from './cells.ts'
import { removeExport, writeExport } from './export-folder.ts'
import { exportQueue, findExport, noteExport } from './export-record.ts'

export const exportName = 'export.write'

export interface ExportJobParts {
  readonly engine: JobEngine
  readonly documents: DocumentStore
  readonly views: Freshness
  /** Of the log as it is now. */
  readonly epoch: string
  readonly clock: Clock
  /** Where the files are. */
  readonly folder: string
}

/** The view has not come to what was there when the export was asked for. */
class ViewBehind extends Error {
  override readonly name = 'ViewBehind'
}

const viewsWaitMs = 60_000

const viewOf = ({ list }: Pick<ExportRequest, 'list'>): string =>
  list.kind === 'PURCHASES' ? purchaseList.name : journal.name

/** Resolves to the number of rows. */
const writeRows = async (
  { documents }: ExportJobParts,
  { list, format, scope: { all, organisations }, asOf }: ExportRequest,
  { signal, progress }: JobContext,
  write: (text: string) => Promise<unknown>,
): Promise<number> => {
  const scope = { all, organisations: new Set(organisations) }
  const view = viewOf({ list })
  const columns = columnsOf(list.kind)
  const total = await readLive(documents, view, (reader) => exportSize(reader, scope, list))
  let done = 0
  await write(headOf(format, columns))
  for (let after: string | null = null; ; ) {
    signal.throwIfAborted()
    const from: string | null = after
    const page: ExportPage = await readLive(documents, view, (reader) =>
      exportPage(reader, scope, list, asOf.position, from),
    )
    if (page.rows.length > 0) await write(page.rows.map((row) => lineOf(format, columns, row)).join(''))
    done += page.rows.length
    await progress({ done, total: Math.max(done, total) })
    if (page.next === null) return done
    after = page.next
  }
}

export const exportJob = (parts: ExportJobParts): JobKind => {
  const { engine, views, epoch, clock, folder } = parts
  return defineJob({
    name: exportName,
    queue: exportQueue,
    data: z.strictObject({ id: z.string() }),
    retry: { attempts: 5, delayMs: doubling(1_000, 60_000) },
    handle: async ({ id }, context) => {
      const found = await findExport(engine, id)
      if (found === null) throw new Hopeless('What was asked for is not known any more. Ask again.')
      if (found.end !== null) return
      const { request } = found
      if (request.asOf.epoch !== epoch) throw new Hopeless('The log was moved since. Ask again.')
      if (!(await views.waitFor(request.asOf.position, viewsWaitMs, [viewOf(request)])))
        throw new ViewBehind(`The view ${viewOf(request)} has not come to ${request.asOf.event} yet.`)
      await noteExport(engine, id, { note: 'BEGUN', at: clock.now() })
      let rows = 0
      const bytes = await writeExport(folder, id, async (file) => {
        rows = await writeRows(parts, request, context, (text) => file.appendFile(text))
        context.signal.throwIfAborted()
      })
      await noteExport(engine, id, { note: 'DONE', at: clock.now(), rows, bytes })
      const end = (await findExport(engine, id))?.end
      if (end?.note === 'CANCELLED') await removeExport(folder, id)
    },
  })
}
