import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../domain/catalogue.ts'
import { matrix } from '../../projections/views/matrix.ts'
import { cells, served } from '../../projections/views/matrix-cells.ts'
import { documentsOf, isDomainEvent, recorded } from '../support/folded.ts'
import { play, scripts } from './views-world.ts'

/** What the matrix counts, worked out from the events with sets and nothing of the view's. */
interface Figure {
  readonly buyers: Set<string>
  readonly reached: Set<string>
  readonly purchases: Set<string>
  units: number
  unitsReturned: number
  gross: number
  refunds: number
  partnerNet: number
}

type Line = {
  readonly kind: string
  readonly partnerId: string
  readonly category: string | null
}

const slotsOf = (segments: readonly { readonly id: string }[]): readonly string[] => [
  '*',
  ...(segments.length === 0 ? ['-'] : segments.map(({ id }) => id)),
]

class Oracle {
  readonly figures = new Map<string, Figure>()
  readonly #live = new Map<string, { readonly personId: string; readonly keys: Set<string> }>()

  /** All cells of a line: each segment or all, each month or all, its category or all. */
  #keys(
    of: { communityId: string; segments: readonly { id: string }[] },
    line: Line,
    month: string,
  ): readonly string[] {
    const category = line.kind === 'GOODS' ? (line.category ?? 'OTHER') : '-'
    return slotsOf(of.segments).flatMap((segment) =>
      ['*', month].flatMap((one) =>
        ['*', category].map((each) => [line.partnerId, of.communityId, segment, one, each].join(' ')),
      ),
    )
  }

  #at(key: string): Figure {
    const found = this.figures.get(key) ?? {
      buyers: new Set(),
      reached: new Set(),
      purchases: new Set(),
      units: 0,
      unitsReturned: 0,
      gross: 0,
      refunds: 0,
      partnerNet: 0,
    }
    this.figures.set(key, found)
    return found
  }

  take(event: DomainEvent): void {
    switch (event.type) {
      case 'PurchasePlaced':
        if (event.data.stated) this.#sale(event.data, event.data.businessDate)
        return
      case 'PaymentCaptured':
        if (event.data.recognises) this.#sale(event.data.recognises, event.data.businessDate)
        return
      case 'PurchaseRefunded':
      case 'DisputeLost':
        for (const line of event.data.lines) {
          for (const key of this.#keys(event.data, line, event.data.businessDate.slice(0, 7))) {
            const figure = this.#at(key)
            figure.refunds += line.amount
            figure.unitsReturned += line.kind === 'GOODS' ? line.units : 0
            figure.partnerNet -= line.keptFee + partnerPart(line.reversals)
          }
        }
        return
      case 'PurchaseVoided': {
        const { recognisedOn, purchaseId } = event.data
        this.#live.delete(purchaseId)
        for (const line of recognisedOn === null ? [] : event.data.lines) {
          for (const key of this.#keys(event.data, line, (recognisedOn ?? '').slice(0, 7))) {
            const figure = this.#at(key)
            figure.gross -= line.amount
            figure.units -= line.kind === 'GOODS' ? line.units : 0
            figure.partnerNet += line.keptFee - partnerPart(line.reversals)
          }
        }
        return
      }
      case 'AttributionCorrected':
        for (const line of event.data.lines) {
          for (const key of this.#keys(event.data, line, event.data.businessDate.slice(0, 7))) {
            this.#at(key).partnerNet += partnerPart(line.after) - partnerPart(line.before)
          }
        }
        return
      case 'TouchRecorded': {
        const { subject, segments, communityId, reached, businessDate } = event.data
        if (!subject.startsWith('person_')) return
        for (const { partnerId, category } of reached) {
          for (const segment of slotsOf(segments)) {
            for (const month of ['*', businessDate.slice(0, 7)]) {
              for (const each of ['*', category ?? '-']) {
                this.#at([partnerId, communityId, segment, month, each].join(' ')).reached.add(subject)
              }
            }
          }
        }
        return
      }
      default:
    }
  }

  #sale(sale: Extract<DomainEvent, { type: 'PurchasePlaced' }>['data'], businessDate: string): void {
    const keys = new Set<string>()
    for (const line of sale.lines) {
      for (const key of this.#keys(sale, line, businessDate.slice(0, 7))) {
        keys.add(key)
        const figure = this.#at(key)
        figure.gross += line.amount
        figure.units += line.kind === 'GOODS' ? line.quantity : 0
        figure.partnerNet += partnerPart(line.legs)
      }
    }
    this.#live.set(sale.purchaseId, { personId: sale.personId, keys })
  }

  /** Purchases that count in the end, and who made them. */
  settle(): ReadonlyMap<string, Figure> {
    for (const [purchaseId, { personId, keys }] of this.#live) {
      for (const key of keys) {
        const figure = this.#at(key)
        figure.purchases.add(purchaseId)
        figure.buyers.add(personId)
        figure.reached.add(personId)
      }
    }
    return this.figures
  }
}

const partnerPart = (legs: readonly { readonly role: string; readonly amount: number }[]): number =>
  legs.reduce((sum, { role, amount }) => sum + (role === 'PARTNER' ? amount : 0), 0)

const expected = (events: readonly { readonly type: string }[]): ReadonlyMap<string, Figure> => {
  const oracle = new Oracle()
  for (const event of events) if (isDomainEvent(event)) oracle.take(event)
  return oracle.settle()
}

type Plain = Omit<Figure, 'buyers' | 'reached' | 'purchases'> & {
  readonly buyers: number
  readonly reached: number
  readonly purchases: number
}

const plainOf = ({ units, unitsReturned, gross, refunds, partnerNet, ...counts }: Plain): Plain => ({
  units,
  unitsReturned,
  gross,
  refunds,
  partnerNet,
  buyers: counts.buyers,
  reached: counts.reached,
  purchases: counts.purchases,
})

const found = (events: Parameters<typeof documentsOf>[1]): ReadonlyMap<string, Plain> => {
  const figures = new Map<string, Plain>()
  for (const cell of documentsOf(matrix, events, cells)) {
    const place = [cell.partner, cell.community, cell.segment, cell.month].join(' ')
    figures.set(`${place} *`, plainOf(cell.figures))
    for (const each of cell.categories) figures.set(`${place} ${each.category}`, plainOf(each.figures))
  }
  return figures
}

const sorted = <T>(figures: Iterable<readonly [string, T]>): readonly (readonly [string, T])[] =>
  [...figures].sort(([a], [b]) => (a < b ? -1 : 1))

describe('the serving matrix', () => {
  it('says of every partner, community, segment, category and month what a plain count of the events says', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { happened } = play(script)
        const wanted = [...expected(happened)].map(
          ([key, figure]) =>
            [
              key,
              plainOf({
                ...figure,
                buyers: figure.buyers.size,
                reached: figure.reached.size,
                purchases: figure.purchases.size,
              }),
            ] as const,
        )
        expect(sorted(found(recorded(happened)))).toEqual(sorted(wanted))
      }),
      { numRuns: 300 },
    )
  })

  it('money of the categories adds up to that of all of them', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        for (const cell of documentsOf(matrix, recorded(play(script).happened), cells)) {
          for (const figure of ['gross', 'refunds', 'partnerNet', 'units'] as const) {
            expect(cell.categories.reduce((sum, each) => sum + each.figures[figure], 0)).toBe(
              cell.figures[figure],
            )
          }
        }
      }),
    )
  })

  it('all time is the sum of the months, but for persons', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const documents = documentsOf(matrix, recorded(play(script).happened), cells)
        for (const cell of documents.filter(({ month }) => month === '*')) {
          const months = documents.filter(
            ({ partner, community, segment, month }) =>
              month !== '*' &&
              partner === cell.partner &&
              community === cell.community &&
              segment === cell.segment,
          )
          for (const figure of ['purchases', 'gross', 'refunds', 'partnerNet', 'units'] as const) {
            expect(months.reduce((sum, each) => sum + each.figures[figure], 0)).toBe(cell.figures[figure])
          }
          const { buyers, reached } = cell.figures
          expect(buyers).toBeLessThanOrEqual(reached)
          expect(months.reduce((sum, month) => sum + month.figures.buyers, 0)).toBeGreaterThanOrEqual(buyers)
        }
      }),
    )
  })

  it('a partner can be found by every category that it ever sold in', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const events = recorded(play(script).happened)
        const known = new Set(
          documentsOf(matrix, events, served).map(
            (each) => `${each.partner} ${each.community} ${each.category}`,
          ),
        )
        for (const { partner, community, segment, categories, month } of documentsOf(matrix, events, cells)) {
          if (segment !== '*' || month !== '*') continue
          for (const { category, figures } of categories) {
            if (category !== '-' && figures.gross > 0)
              expect(known).toContain(`${partner} ${community} ${category}`)
          }
        }
      }),
    )
  })
})
