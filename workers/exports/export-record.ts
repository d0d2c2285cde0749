/**
 * What is known of an export: notes beside the jobs, the first of which is the request. The job's own state says the
 * rest, so that there is nothing to keep in step with it.
 */
import { z } from 'zod'
import { type ExportList, type ExportRequest, exportFormats } from '../../projections/queries/exported.ts'
import { purchaseStatuses } from '../../projections/views/purchase-documents.ts'
import { type JobEngine, keptNotes, type Progress } from '../queue.ts'

export const exportQueue = 'exports'

/** How long a finished file is kept, in milliseconds. */
export const exportKeptMs = 7 * 24 * 3_600_000

const textOrNull = z.string().nullable()

const list: z.ZodType<ExportList> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('PURCHASES'),
    asked: z.strictObject({
      community: textOrNull,
      person: textOrNull,
      status: z.enum(purchaseStatuses).nullable(),
      placedFrom: textOrNull,
      placedBefore: textOrNull,
    }),
  }),
  z.strictObject({
    kind: z.literal('JOURNAL'),
    asked: z.strictObject({ account: textOrNull, currency: textOrNull, purchase: textOrNull }),
  }),
])

const request: z.ZodType<ExportRequest> = z.strictObject({
  id: z.string(),
  subject: z.string(),
  list,
  format: z.enum(exportFormats),
  scope: z.strictObject({ all: z.boolean(), organisations: z.array(z.string()) }),
  asOf: z.strictObject({ epoch: z.string(), position: z.string(), event: z.string() }),
  askedAt: z.string(),
})

/** Times are milliseconds since 1970. */
const noted = z.discriminatedUnion('note', [
  z.strictObject({ note: z.literal('ASKED'), request }),
  z.strictObject({ note: z.literal('BEGUN'), at: z.int() }),
  z.strictObject({ note: z.literal('DONE'), at: z.int(), rows: z.int(), bytes: z.int() }),
  z.strictObject({ note: z.literal('CANCELLED'), at: z.int() }),
])
export type ExportNote = z.infer<typeof noted>

export interface ExportRecord {
  readonly request: ExportRequest
  /** When the last try began. */
  readonly begunAt: number | null
  /** The first of them counts. */
  readonly end: Extract<ExportNote, { note: 'DONE' | 'CANCELLED' }> | null
}

type Engine = Pick<JobEngine, 'note' | 'notes'>

export const noteExport = (engine: Engine, id: string, note: ExportNote): Promise<void> =>
  engine.note(`export:${id}`, JSON.stringify(note))

/** Null where there is none. @throws {QueueUnavailable} */
export const findExport = async (engine: Engine, id: string): Promise<ExportRecord | null> => {
  let [found, begunAt, end]: [ExportRequest | null, number | null, ExportRecord['end']] = [null, null, null]
  for (const text of (await engine.notes(`export:${id}`, keptNotes)).toReversed()) {
    const each = noted.parse(JSON.parse(text))
    if (each.note === 'ASKED') found ??= each.request
    else if (each.note === 'BEGUN') begunAt = each.at
    else end ??= each
  }
  return found === null ? null : { request: found, begunAt, end }
}

/** Seconds until the end, at the pace since `begunAt`; null where nothing can be said yet. */
export const etaSeconds = (progress: Progress | null, begunAt: number | null, now: number): number | null => {
  if (progress === null || progress.total === null || begunAt === null || progress.done === 0) return null
  const left = Math.max(0, progress.total - progress.done)
  return Math.ceil(((Math.max(0, now - begunAt) / progress.done) * left) / 1_000)
}
