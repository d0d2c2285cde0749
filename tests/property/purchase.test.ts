import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { definitionOf } from '../../domain/catalogue.ts'
import { Rejection } from '../../domain/decider.ts'
import type { PurchaseEvent } from '../../domain/events/purchases.ts'
import { sale as saleSchema } from '../../domain/events/sale.ts'
import { entriesOf } from '../../domain/journal.ts'
import { purchaseSource } from '../../domain/purchase/evolve.ts'
import { capture } from '../../domain/purchase/payments.ts'
import { voidPurchase } from '../../domain/purchase/refunds.ts'
import { type PurchaseState, receivableLeft } from '../../domain/purchase/state.ts'
import { canonicalJson } from '../../platform/canonical.ts'
import { at, attempt, type Step, step } from './purchase-steps.ts'
import { saleOf } from './sales.ts'

const sum = (amounts: Iterable<number>): number => [...amounts].reduce((all, amount) => all + amount, 0)

class Books {
  readonly balances = new Map<string, number>()
  post(event: PurchaseEvent): void {
    for (const entry of entriesOf(event)) {
      expect(sum(entry.postings.map(({ amount }) => amount))).toBe(0)
      expect(entry.postings.length).toBeGreaterThanOrEqual(2)
      for (const { account, amount } of entry.postings) {
        expect(amount).not.toBe(0)
        this.balances.set(account, (this.balances.get(account) ?? 0) + amount)
      }
    }
  }
  of(prefix: string): number {
    return sum(
      [...this.balances].filter(([account]) => account.startsWith(prefix)).map(([, amount]) => amount),
    )
  }
}

const checkLines = (state: PurchaseState): void => {
  for (const line of state.lines) {
    expect(line.refunded).toBeLessThanOrEqual(line.line.amount)
    const others = sum(
      line.line.discounts.filter(({ bearer }) => bearer !== line.line.partnerId).map(({ amount }) => amount),
    )
    for (const [i, leg] of line.legs.entries()) {
      expect(line.reversed[i]).toBeGreaterThanOrEqual(0)
      expect(line.reversed[i]).toBeLessThanOrEqual(leg.amount)
    }
    if (line.refunded === line.line.amount && line.line.amount > 0) {
      expect(sum(line.reversed) + line.keptFee).toBe(line.line.amount + others)
      if (!line.line.keepPoolOnRefund) expect(line.reversed).toEqual(line.legs.map(({ amount }) => amount))
    }
  }
}

describe.each([true, false])('a purchase, stated: %s', (stated) => {
  const run = (
    frozen: Parameters<typeof purchaseSource.evolve>[1]['data'] & { lines: unknown },
    steps: readonly Step[],
  ) => {
    const books = new Books()
    const placed: PurchaseEvent = { type: 'PurchasePlaced', data: saleSchema.parse(frozen) }
    let state = purchaseSource.evolve(purchaseSource.initial, placed)
    books.post(placed)
    for (const [n, wanted] of steps.entries()) {
      for (const event of attempt(state, wanted, n)) {
        definitionOf(event.type)?.data.parse(event.data)
        books.post(event)
        state = purchaseSource.evolve(state, event)
        checkLines(state)
        expect(books.of('receivable:buyers')).toBe(receivableLeft(state))
        expect(sum(books.balances.values())).toBe(0)
        expect(sum(state.lines.map(({ captured }) => captured))).toBe(state.captured)
      }
    }
    return { state, books }
  }

  it('I3, I6: the legs of every line sum to it and to the discounts that others bear; roles do not merge', () => {
    fc.assert(
      fc.property(saleOf(stated), (frozen) => {
        for (const line of frozen.lines) {
          const others = sum(
            line.discounts.filter(({ bearer }) => bearer !== line.partnerId).map(({ amount }) => amount),
          )
          expect(sum(line.legs.map(({ amount }) => amount))).toBe(line.amount + others)
          expect(new Set(line.legs.map(({ party, role }) => `${party}:${role}`)).size).toBe(line.legs.length)
          expect(
            line.legs.every(({ party, role }) => !role.startsWith('SHARER') || party !== frozen.personId),
          ).toBe(true)
          expect(line.legs.reduce((all, { weight }) => all + BigInt(weight), 0n)).toBe(
            BigInt(line.weightTotal),
          )
        }
        expect(sum(frozen.lines.map(({ amount }) => amount))).toBe(frozen.total)
      }),
    )
  })

  it('what is recorded most is built with keys in order: its canonical text costs no second walk', () => {
    fc.assert(
      fc.property(saleOf(stated), (frozen) => {
        const state = purchaseSource.evolve(purchaseSource.initial, { type: 'PurchasePlaced', data: frozen })
        const [captured] = attempt(state, { do: 'capture', part: 1, provider: 'a' }, 0)
        for (const data of [frozen, captured?.data ?? null])
          expect(JSON.stringify(data)).toBe(canonicalJson(data))
      }),
    )
  })

  it('I1, I2, I10 to I12: entries balance after every step, nothing is taken back twice or past what it was', () => {
    fc.assert(
      fc.property(
        saleOf(stated),
        fc.array(step, { maxLength: 25 }),
        (frozen, steps) => void run(frozen, steps),
      ),
    )
  })

  it('I11: refunded whole, every line stands at zero, and cash went back up to what was captured', () => {
    fc.assert(
      fc.property(saleOf(stated), fc.array(step, { maxLength: 10 }), (frozen, steps) => {
        const { state } = run(frozen, [
          ...steps,
          { do: 'capture', part: 0.5, provider: 'a' },
          { do: 'endDispute', won: true },
          { do: 'refundAll' },
        ])
        if (state.disputes.some(({ status }) => status === 'OPEN')) return
        if (state.refunded === state.sale?.total) {
          for (const line of state.lines) expect(line.refunded).toBe(line.line.amount)
          expect(state.cashReturned).toBeLessThanOrEqual(state.captured)
        }
      }),
    )
  })

  it('a void takes all of it out of the books: every account stands at zero', () => {
    fc.assert(
      fc.property(saleOf(stated), fc.array(step, { maxLength: 15 }), (frozen, steps) => {
        const { state, books } = run(frozen, steps)
        if (state.disputes.some(({ status }) => status === 'OPEN')) return
        for (const event of voidPurchase(state, {
          type: 'VoidPurchase',
          reason: 'wrong',
          replacedBy: null,
          at,
        }))
          books.post(event)
        for (const [account, balance] of books.balances) expect([account, balance]).toEqual([account, 0])
      }),
    )
  })

  it('I15: payments in any order end in the same totals, covered lines and state of the books', () => {
    fc.assert(
      fc.property(
        saleOf(stated),
        fc.array(
          fc.record({
            do: fc.constant('capture' as const),
            part: fc.constantFrom(0.1, 0.25, 0.5),
            provider: fc.constantFrom('a', 'b'),
          }),
          { maxLength: 5 },
        ),
        (frozen, payments) => {
          const forwards = run(frozen, payments)
          const backwards = run(frozen, payments.toReversed())
          expect(backwards.state.captured).toBe(forwards.state.captured)
          expect(backwards.state.lines.map(({ captured, covered }) => ({ captured, covered }))).toEqual(
            forwards.state.lines.map(({ captured, covered }) => ({ captured, covered })),
          )
          expect(new Map([...backwards.books.balances].sort())).toEqual(
            new Map([...forwards.books.balances].sort()),
          )
        },
      ),
    )
  })

  it('I14: the same capture and refund twice change nothing the second time; other content is refused', () => {
    fc.assert(
      fc.property(saleOf(stated), (frozen) => {
        const { state } = run(frozen, [{ do: 'capture', part: 1, provider: 'a' }])
        const [paid] = state.captures
        if (paid === undefined) return
        const again = {
          type: 'RecordPayment' as const,
          currency: 'BRL' as const,
          at,
          captureId: paid.captureId,
          provider: 'a',
          account: 'main',
          transactionId: paid.transactionId,
          method: 'card',
          instalments: null,
        }
        expect(capture(state, { ...again, amount: paid.amount }, 1)).toEqual([])
        expect(() => capture(state, { ...again, amount: paid.amount + 1 }, 1)).toThrow(Rejection)
      }),
    )
  })
})
