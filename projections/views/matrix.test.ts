import { describe, expect, it } from 'vitest'
import { purchaseSource } from '../../domain/purchase/evolve.ts'
import { voidPurchase } from '../../domain/purchase/refunds.ts'
import { documentsOf, folded, recorded, type Unrecorded } from '../../tests/support/folded.ts'
import { captured, placed, type Sold, saleOf } from '../../tests/support/sold.ts'
import { idOf } from '../../tests/support/world.ts'
import { allProjections } from './all.ts'
import { matrix } from './matrix.ts'
import { cells, MixedCurrencies } from './matrix-cells.ts'

const partner = idOf('partner')
const community = idOf('community')
const person = idOf('person')
const goods = { partner, amount: 1_000, category: 'toys' }
const sold = (n: number, day: string, more: Partial<Sold> = {}) =>
  saleOf({ n, day, person, lines: [goods], ...more })

const touch = (subject: string, day: string): Unrecorded => ({
  stream: `journey-${subject}`,
  type: 'TouchRecorded',
  data: {
    touchId: idOf('touch'),
    subject,
    communityId: community,
    membershipId: null,
    segments: [],
    source: 'PUBLIC',
    channel: 'video',
    campaignId: null,
    content: null,
    shareId: null,
    sharer: null,
    target: null,
    reached: [{ partnerId: partner, category: 'toys' }],
    at: `${day}T09:00:00.000Z`,
    businessDate: day,
  },
})

const voided = (sale: ReturnType<typeof saleOf>, day: string): readonly Unrecorded[] => {
  const state = purchaseSource.evolve(purchaseSource.initial, { type: 'PurchasePlaced', data: sale })
  const at = `${day}T15:00:00.000Z`
  return voidPurchase(state, { type: 'VoidPurchase', reason: 'twice', replacedBy: null, at }).map(
    ({ type, data }) => ({ stream: `purchase-${sale.purchaseId}`, type, data }),
  )
}

const cellOf = (events: readonly Unrecorded[], month: string) =>
  documentsOf(matrix, recorded(events), cells).find((cell) => cell.segment === '*' && cell.month === month)
    ?.figures

describe('a cell', () => {
  it('counts a person as a buyer once, in each month again', () => {
    const events = [sold(1, '2026-01-05'), sold(2, '2026-01-20'), sold(3, '2026-02-01')].map(placed)
    expect(cellOf(events, '*')).toMatchObject({ buyers: 1, reached: 1, purchases: 3 })
    expect(cellOf(events, '2026-01')).toMatchObject({ buyers: 1, purchases: 2 })
    expect(cellOf(events, '2026-02')).toMatchObject({ buyers: 1, purchases: 1 })
  })

  it('loses a voided purchase from the month in which it was recognised, whenever it is voided', () => {
    const first = sold(1, '2026-01-05')
    const events = [placed(first), placed(sold(2, '2026-02-01')), ...voided(first, '2026-02-10')]
    expect(cellOf(events, '2026-01')).toMatchObject({ buyers: 0, reached: 0, purchases: 0, gross: 0 })
    expect(cellOf(events, '2026-02')).toMatchObject({ buyers: 1, purchases: 1, gross: 1_000 })
    expect(cellOf(events, '*')).toMatchObject({ buyers: 1, purchases: 1, gross: 1_000 })
  })

  it('keeps as reached whom a touch reached, though the purchase was voided', () => {
    const only = sold(1, '2026-01-05')
    const events = [touch(person, '2026-01-02'), placed(only), ...voided(only, '2026-01-06')]
    expect(cellOf(events, '2026-01')).toMatchObject({ buyers: 0, reached: 1, firstSaleAt: null })
  })

  it('counts visitors once they are persons', () => {
    expect(cellOf([touch(idOf('visitor'), '2026-01-02')], '*')).toBeUndefined()
  })

  it('counts an asked sale from its first capture, in that month', () => {
    const asked = sold(1, '2026-01-31', { stated: false })
    expect(cellOf([placed(asked)], '*')).toBeUndefined()
    const events = [placed(asked), captured(asked, 1_000, '2026-02-01')]
    expect(cellOf(events, '2026-01')).toBeUndefined()
    expect(cellOf(events, '2026-02')).toMatchObject({ purchases: 1, gross: 1_000 })
  })

  it('I26: never adds up two currencies', () => {
    const events = [placed(sold(1, '2026-01-05')), placed(sold(2, '2026-01-06', { currency: 'EUR' }))]
    expect(() => folded(matrix, recorded(events))).toThrow(MixedCurrencies)
  })
})

it('a purchase of one line in one segment touches few documents, in all views together', () => {
  const sale = sold(1, '2026-01-05', { segments: [idOf('segment')] })
  const [first, second] = recorded([placed(sale), captured(sale, 1_000)])
  const touched = (event: typeof first) =>
    allProjections.flatMap((projection) =>
      event && projection.types.includes(event.type) ? projection.changes(event) : [],
    ).length
  expect([touched(first), touched(second)]).toEqual([24, 6])
})
