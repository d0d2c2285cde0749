import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { receivableLeft } from '../../domain/purchase/state.ts'
import { purchases, sales } from '../../projections/views/purchase-documents.ts'
import { purchaseList } from '../../projections/views/purchases.ts'
import { documentsOf, recorded } from '../support/folded.ts'
import { play, scripts } from './views-world.ts'

describe('the list of purchases', () => {
  it('says of each purchase what its own stream says', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { happened, states } = play(script)
        const documents = documentsOf(purchaseList, recorded(happened), purchases)
        expect(documents.length).toBe(states.size)
        for (const document of documents) {
          const state = states.get(document.purchase)
          if (state === undefined) throw new Error(`${document.purchase} was never placed.`)
          const isOpen = state.status === 'PLACED'
          expect(document).toMatchObject({
            total: state.sale?.total,
            captured: state.captured,
            refunded: state.refunded,
            open: isOpen ? receivableLeft(state) : 0,
            uncovered: state.lines.filter(({ covered }) => !covered).length,
            recognised: state.recognised,
            openDisputes: state.disputes.filter(({ status }) => status === 'OPEN').length,
          })
          if (!isOpen) expect(document.status).toBe(state.status)
          expect(document.varianceClass === null).toBe(!isOpen || !state.recognised)
        }
      }),
    )
  })

  it('parts of several partners add up to the purchase, and a purchase of one partner has no parts', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const events = recorded(play(script).happened)
        const parts = documentsOf(purchaseList, events, sales)
        for (const document of documentsOf(purchaseList, events, purchases)) {
          const own = parts.filter(({ purchase }) => purchase === document.purchase)
          expect(own.length).toBe(document.partner === null ? document.partners : 0)
          if (own.length === 0) continue
          expect(own.reduce((sum, { amount }) => sum + amount, 0)).toBe(document.total)
          expect(own.reduce((sum, { units }) => sum + units, 0)).toBe(document.units)
          expect(own.reduce((sum, { refunded }) => sum + refunded, 0)).toBe(document.refunded)
          if (document.end === null) {
            expect(own.reduce((sum, { partnerNet }) => sum + partnerNet, 0)).toBe(document.partnerNet)
          }
        }
      }),
    )
  })
})
