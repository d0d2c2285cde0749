import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entriesOf, type JournalEntry } from '../../domain/journal.ts'
import { receivableLeft } from '../../domain/purchase/state.ts'
import { balances, daysOf, journal, postingOf, postings } from '../../projections/views/journal.ts'
import { documentsOf, isDomainEvent, recorded } from '../support/folded.ts'
import { play, scripts } from './views-world.ts'

const entriesAll = (events: readonly { readonly type: string }[]): readonly JournalEntry[] =>
  events.flatMap((event) => (isDomainEvent(event) ? entriesOf(event) : []))

const add = (sums: Map<string, number>, key: string, amount: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + amount)
}

describe('the books', () => {
  it('I1: every entry has two postings or more, none of zero, and sums to zero', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        for (const { postings: lines } of entriesAll(play(script).happened)) {
          expect(lines.length).toBeGreaterThanOrEqual(2)
          expect(lines.every(({ amount }) => amount !== 0)).toBe(true)
          expect(lines.reduce((sum, { amount }) => sum + amount, 0)).toBe(0)
        }
      }),
    )
  })

  it('I2: after any event, all accounts together stand at zero', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { happened } = play(script)
        for (let length = 0; length <= happened.length; length += 1) {
          const documents = documentsOf(journal, recorded(happened.slice(0, length)), balances)
          expect(documents.reduce((sum, { balance }) => sum + balance, 0)).toBe(0)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('I27: an entry touches only parties of the purchase and accounts of the platform', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { happened, states } = play(script)
        for (const { purchaseId, communityId, postings: lines } of entriesAll(happened)) {
          if (purchaseId === null) continue
          const sale = states.get(purchaseId)?.sale
          expect(communityId).toBe(sale?.communityId)
          const own = new Set([
            sale?.communityId,
            ...(sale?.lines.flatMap((line) => [line.partnerId, ...line.legs.map(({ party }) => party)]) ??
              []),
            ...(states.get(purchaseId)?.lines.flatMap(({ legs }) => legs.map(({ party }) => party)) ?? []),
          ])
          for (const { account } of lines) {
            const [name, party] = account.split(':')
            if (name === 'payable') expect(own).toContain(party)
          }
        }
      }),
    )
  })

  it('what is left on the receivable is what the purchases say', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { happened, states } = play(script)
        const documents = documentsOf(journal, recorded(happened), balances)
        const left = documents.reduce(
          (sum, { account, balance }) => sum + (account === 'receivable:buyers' ? balance : 0),
          0,
        )
        const open = [...states.values()].filter(({ status }) => status !== 'VOIDED')
        expect(left).toBe(open.reduce((sum, state) => sum + receivableLeft(state), 0))
      }),
    )
  })

  it('postings, months and days of an account all sum to what its entries say', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { happened } = play(script)
        const events = recorded(happened)
        const [entries, byPosting, byMonth, byDay] = [1, 2, 3, 4].map(() => new Map<string, number>())
        if (!entries || !byPosting || !byMonth || !byDay) return
        for (const { postings: lines, businessDate } of entriesAll(happened)) {
          for (const { account, amount } of lines) add(entries, `${account} ${businessDate}`, amount)
        }
        for (const stored of documentsOf(journal, events, postings)) {
          const { account, amount, businessDate, details } = postingOf(stored)
          add(byPosting, `${account} ${businessDate}`, amount)
          expect(details.reduce((sum, each) => sum + each.amount, 0)).toBe(amount)
        }
        for (const document of documentsOf(journal, events, balances)) {
          const { account, month, balance, debit, credit } = document
          const days = daysOf(document)
          add(byMonth, `${account} ${month}`, balance)
          expect(debit + credit).toBe(balance)
          expect(days.map(({ date }) => date)).toEqual(days.map(({ date }) => date).toSorted())
          for (const each of days) add(byDay, `${account} ${each.date}`, each.debit + each.credit)
        }
        expect(byPosting).toEqual(entries)
        expect(new Map([...byDay].sort())).toEqual(new Map([...entries].sort()))
        const months = new Map<string, number>()
        for (const [key, amount] of entries) add(months, key.slice(0, -3), amount)
        expect(new Map([...byMonth].sort())).toEqual(new Map([...months].sort()))
      }),
    )
  })
})
