/** What an import came to, as the views tell it: not counted on the way. Amounts are minor units of BRL. */
import type { DocumentReader, DocumentStore } from '../../projections/documents.ts'
import { following } from '../../projections/queries/chunks.ts'
import { readLive } from '../../projections/read-live.ts'
import { facts } from '../../projections/views/intake.ts'
import { purchases } from '../../projections/views/purchase-documents.ts'
import { olistSystem } from './olist-ids.ts'
import { olistCurrency } from './olist-values.ts'

export interface ImportReport {
  readonly currency: string
  readonly purchases: number
  /** Of goods. */
  readonly lines: number
  /** Purchases with lines of more than one partner. */
  readonly multiPartner: number
  readonly goods: number
  readonly freight: number
  readonly gross: number
  /** Captured on purchases. */
  readonly payments: number
  /** Goods and freight. */
  readonly refunded: number
  /** What was captured beside what was sold, each purchase in one. */
  readonly ties: {
    readonly exact: number
    /** By one minor unit, over or under. */
    readonly withinOne: number
    readonly over: number
    readonly under: number
    readonly unpaid: number
  }
  /** In the intake, by reason. */
  readonly parked: readonly { readonly reason: string; readonly count: number }[]
}

const chunk = 2_000

const isOurs = (source: { readonly system: string } | null): boolean => source?.system === olistSystem

const purchaseFigures = async (reader: DocumentReader) => {
  const sums = { purchases: 0, lines: 0, multiPartner: 0, goods: 0, freight: 0, gross: 0 }
  const money = { payments: 0, refunded: 0 }
  const classes = { EXACT: 0, WITHIN_ONE: 0, OVER: 0, UNDER: 0, UNPAID: 0 }
  for await (const { document } of following(reader, purchases, { order: [] }, null, chunk)) {
    // A voided purchase is in no class: it is not in the books any more.
    if (!isOurs(document.source) || document.varianceClass === null) continue
    sums.purchases += 1
    // Each item of the data set is a line of one unit.
    sums.lines += document.units
    sums.multiPartner += document.partners > 1 ? 1 : 0
    sums.goods += document.goods
    sums.freight += document.freight
    sums.gross += document.total
    money.payments += document.captured
    money.refunded += document.refunded
    classes[document.varianceClass] += 1
  }
  const { EXACT: exact, WITHIN_ONE: withinOne, OVER: over, UNDER: under, UNPAID: unpaid } = classes
  return { ...sums, ...money, ties: { exact, withinOne, over, under, unpaid } }
}

const parkedFacts = async (reader: DocumentReader): Promise<ImportReport['parked']> => {
  const counts = new Map<string, number>()
  const asked = { where: { status: 'PARKED' }, order: ['parkedAt'] }
  for await (const { document } of following(reader, facts, asked, null, chunk)) {
    if (isOurs(document.source)) counts.set(document.why, (counts.get(document.why) ?? 0) + 1)
  }
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => (a.reason < b.reason ? -1 : 1))
}

/** @throws {ViewNotReady} where the views were never built */
export const reportOlist = async (documents: DocumentStore): Promise<ImportReport> => ({
  currency: olistCurrency,
  ...(await readLive(documents, 'purchases', purchaseFigures)),
  parked: await readLive(documents, 'intake', parkedFacts),
})
