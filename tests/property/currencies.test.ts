import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { community as communityOf } from '../../domain/community.ts'
import { currencyCodes } from '../../domain/currency.ts'
import { entriesOf } from '../../domain/journal.ts'
import { purchaseSource } from '../../domain/purchase/evolve.ts'
import { capture } from '../../domain/purchase/payments.ts'
import { makePurchase } from '../../domain/purchase/purchase.ts'
import { balances, journal, postings } from '../../projections/views/journal.ts'
import { parties, revenueSplit, splits } from '../../projections/views/split.ts'
import { at, foundCommunity, givenMember, givenPartner, ids } from '../support/ecosystem.ts'
import { documentsOf, isDomainEvent, recorded } from '../support/folded.ts'
import { derive, idOf, refusal, World } from '../support/world.ts'
import { community, saleOf } from './sales.ts'
import { type Happened, play, type Script, scripts } from './views-world.ts'

const anyCurrency = fc.constantFrom(...currencyCodes)
const twoCurrencies = fc.uniqueArray(anyCurrency, { minLength: 2, maxLength: 2 })

/** Each community sells in a currency of its own; partners, persons and the platform deal in both. */
const inCurrencies = (script: Script, [one, other]: readonly (typeof currencyCodes)[number][]): Script => ({
  ...script,
  sales: script.sales.map(({ sale, day }) => ({
    sale: { ...sale, currency: (sale.communityId === community ? one : other) ?? sale.currency },
    day,
  })),
})

const isOf = (currency: string, { data }: Happened): boolean =>
  'currency' in data && data.currency === currency

/** Sums by whatever tells them apart but for where and when they were written. */
const figures = (happened: readonly Happened[], currency: string) => {
  const events = recorded(happened)
  const own = <T extends { readonly currency: string }>(documents: readonly T[]): readonly T[] =>
    documents.filter((document) => document.currency === currency)
  return {
    balances: own(documentsOf(journal, events, balances)).map(({ account, month, debit, credit }) =>
      [account, month, debit, credit].join(' '),
    ),
    postings: own(documentsOf(journal, events, postings)).map(({ account, businessDate, amount }) =>
      [account, businessDate, amount].join(' '),
    ),
    splits: own(documentsOf(revenueSplit, events, splits)),
    parties: own(documentsOf(revenueSplit, events, parties)),
  }
}

describe('currencies', () => {
  it('I26: of each currency, everything says what it would say if there were no other', () => {
    fc.assert(
      fc.property(scripts, twoCurrencies, (script, currencies) => {
        const { happened } = play(inCurrencies(script, currencies))
        for (const currency of currencies) {
          const alone = happened.filter((event) => isOf(currency, event))
          expect(figures(happened, currency)).toEqual(figures(alone, currency))
        }
      }),
    )
  })

  it('I26: an entry is in one currency, and the accounts of each currency together stand at zero', () => {
    fc.assert(
      fc.property(scripts, twoCurrencies, (script, currencies) => {
        const { happened, states } = play(inCurrencies(script, currencies))
        const sums = new Map<string, number>()
        for (const event of happened) {
          if (!isDomainEvent(event)) continue
          for (const { currency, purchaseId, postings: lines } of entriesOf(event)) {
            if (purchaseId !== null) expect(currency).toBe(states.get(purchaseId)?.sale?.currency)
            for (const { amount } of lines) sums.set(currency, (sums.get(currency) ?? 0) + amount)
          }
        }
        for (const [currency, sum] of sums) expect([currency, sum]).toEqual([currency, 0])
      }),
    )
  })

  it('I26: a payment in another currency than the purchase is refused, whether asked for or stated', () => {
    fc.assert(
      fc.property(
        saleOf(true),
        twoCurrencies,
        fc.constantFrom('CapturePayment' as const, 'RecordPayment' as const),
        (frozen, [currency = 'BRL', other = 'BRL'], type) => {
          const data = { ...frozen, currency }
          const state = purchaseSource.evolve(purchaseSource.initial, { type: 'PurchasePlaced', data })
          const payment = {
            captureId: 'c',
            provider: 'pix',
            account: 'main',
            transactionId: 't',
            method: 'pix',
          }
          const command = { type, ...payment, instalments: null, amount: 1, currency: other, at }
          expect(() => capture(state, command, 1)).toThrow(
            expect.objectContaining(refusal('CURRENCY_MISMATCH', 'currency')),
          )
        },
      ),
    )
  })

  it('I26: a sale is stated in the currency of its community, or not at all', async () => {
    const purchase = makePurchase({ derive, tolerance: 1 })
    await fc.assert(
      fc.asyncProperty(anyCurrency, anyCurrency, async (currency, other) => {
        const { type: _, deploymentId: __, ...founded } = foundCommunity()
        const world = new World().given(communityOf, ids.community, {
          type: 'CommunityFounded',
          data: { ...founded, currency },
        })
        givenMember(givenPartner(world), idOf('person', 1))
        const freight = { kind: 'FREIGHT', partnerId: ids.partner, offer: null, category: null } as const
        const asked = world.asking(purchase, idOf('purchase', 1), {
          type: 'RecordPurchase',
          purchaseId: idOf('purchase', 1),
          source: { system: 'shop', id: '1' },
          communityId: ids.community,
          personId: idOf('person', 1),
          currency: other,
          lines: [{ ...freight, quantity: 1, listPrice: 5, discounts: [], tax: null, amount: 5 }],
          payments: [],
          pickupPointId: null,
          occurredAt: at,
        })
        if (currency !== other)
          await expect(asked).rejects.toMatchObject(refusal('CURRENCY_MISMATCH', 'currency'))
        else expect(await asked).toMatchObject([{ data: { currency } }])
      }),
    )
  })
})
