/** When a sale enters the books (design section 5, Recognition). */
import type { DomainEvent } from './catalogue.ts'
import type { Sale } from './events/sale.ts'

/**
 * The sale that this event recognises: one recorded as having happened, at once; one that was asked for, at its
 * first capture. Null for every other event.
 */
export const recognisedSale = (event: DomainEvent): Sale | null => {
  switch (event.type) {
    case 'PurchasePlaced':
      return event.data.stated ? event.data : null
    case 'PaymentCaptured':
      return event.data.recognises
    default:
      return null
  }
}
