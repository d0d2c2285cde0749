/** What both sides append: the streams of sales in a log, under new names in each round. */
import type { StoredEvent } from '../../eventstore/event.ts'
import type { Append } from '../../eventstore/port.ts'
import { sealTexts } from '../../eventstore/seal.ts'
import { openSqliteEventStore } from '../../eventstore/sqlite/sqlite-event-store.ts'

export const inFlight = 256

export interface Load {
  /** So many new streams, of names that no other round or side has. */
  appendsOf(side: string, round: string, count: number): readonly Append[]
}

/** Reads the sales of an embedded log. */
export const readLoad = async (file: string): Promise<Load> => {
  const store = await openSqliteEventStore(file)
  const sales = new Map<string, StoredEvent[]>()
  for (let after: string | null = null; ; ) {
    const page = await store.readLog(after, 5_000)
    for (const event of page.events) {
      if (!event.stream.startsWith('purchase-')) continue
      const sale = sales.get(event.stream)
      if (sale === undefined) sales.set(event.stream, [event])
      else sale.push(event)
    }
    after = page.next
    if (page.atHead) break
  }
  await store.close()
  const all = [...sales.values()]
  if (all.length === 0) throw new RangeError(`There are no sales in ${file}.`)
  return {
    appendsOf: (side, round, count) =>
      Array.from({ length: count }, (_, index) => {
        const stream = `purchase-${side}_${round}_${index}`
        const events = (all[index % all.length] ?? []).map((event, revision) =>
          sealTexts({ ...event, stream, revision }),
        )
        return { stream, expectedRevision: -1, events }
      }),
  }
}
