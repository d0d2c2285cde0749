import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { purchaseSource } from '../../domain/purchase/evolve.ts'
import { verifyLog, verifyStream } from '../../eventstore/chain.ts'
import type { StoredEvent } from '../../eventstore/event.ts'
import { MemoryEventStore, memoryLog } from '../../eventstore/memory/memory-event-store.ts'
import { sealEvent } from '../../eventstore/seal.ts'
import { isDomainEvent, recorded } from '../support/folded.ts'
import { type Happened, play, scripts } from './views-world.ts'

/** A log with these events, each sealed onto the one ahead of it in its stream. */
const chained = async (happened: readonly Happened[]) => {
  const log = memoryLog()
  const store = new MemoryEventStore(log)
  const heads = new Map<string, string>()
  for (const { stream, revision, type, schemaVersion, data, metadata } of recorded(happened)) {
    if (typeof data !== 'object' || data === null) throw new TypeError(`${type} has no data.`)
    const linked = { ...metadata, previousHash: heads.get(stream) ?? null }
    const sealed = sealEvent({ stream, revision, type, schemaVersion, data, metadata: linked })
    await store.append({ stream, expectedRevision: revision - 1, events: [sealed] })
    heads.set(stream, sealed.hash)
  }
  return { store, log }
}

const texts = ['data', 'metadata', 'type', 'hash'] as const

/** Another character in the place of one. */
const flipped = (event: StoredEvent, text: (typeof texts)[number], at: number): StoredEvent => {
  const before = event[text]
  const place = at % before.length
  const other = before[place] === '0' ? '1' : '0'
  return { ...event, [text]: `${before.slice(0, place)}${other}${before.slice(place + 1)}` }
}

describe('what the log says', () => {
  it('I25: a state that was kept, and the events since, are the state that all events fold to', () => {
    fc.assert(
      fc.property(scripts, fc.nat(), (script, cut) => {
        const { happened, states } = play(script)
        for (const [purchaseId, whole] of states) {
          const own = happened.filter(({ stream }) => stream === `purchase-${purchaseId}`)
          const at = cut % (own.length + 1)
          const fold = (state: typeof whole, events: readonly Happened[]) =>
            events.reduce(
              (folded, event) => (isPurchaseEvent(event) ? purchaseSource.evolve(folded, event) : folded),
              state,
            )
          const kept: typeof whole = structuredClone(fold(purchaseSource.initial, own.slice(0, at)))
          expect(fold(kept, own.slice(at))).toEqual(whole)
        }
      }),
    )
  })

  it('I25: the chain holds, and one character changed anywhere is found at its event', async () => {
    await fc.assert(
      fc.asyncProperty(
        scripts,
        fc.nat(),
        fc.constantFrom(...texts),
        fc.nat({ max: 100_000 }),
        async (script, which, text, at) => {
          const { store, log } = await chained(play(script).happened)
          expect((await verifyLog(store)).broken).toBeNull()
          const index = which % log.events.length
          const event = log.events[index]
          if (event === undefined) return
          const forged = flipped(event, text, at)
          log.events[index] = forged
          const stream = log.streams.get(event.stream)
          stream?.splice(event.revision, 1, forged)
          const found = `${event.stream}@${event.revision}`
          expect((await verifyLog(store)).broken?.event).toBe(found)
          expect((await verifyStream(store, event.stream)).broken?.event).toBe(found)
        },
      ),
    )
  })
})

type PurchaseEvent = Parameters<typeof purchaseSource.evolve>[1]
const isPurchaseEvent = (event: { readonly type: string }): event is PurchaseEvent =>
  isDomainEvent(event) && purchaseSource.types.some((type) => type === event.type)
