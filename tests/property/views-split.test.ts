import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entriesOf } from '../../domain/journal.ts'
import { matrix } from '../../projections/views/matrix.ts'
import { cells } from '../../projections/views/matrix-cells.ts'
import { PERSONS, parties, revenueSplit, splits } from '../../projections/views/split.ts'
import { documentsOf, isDomainEvent, recorded } from '../support/folded.ts'
import { play, scripts } from './views-world.ts'

const add = (sums: Map<string, number>, key: string, amount: number): void => {
  const sum = (sums.get(key) ?? 0) + amount
  if (sum === 0) sums.delete(key)
  else sums.set(key, sum)
}

const sorted = (sums: ReadonlyMap<string, number>) => [...sums].sort(([a], [b]) => (a < b ? -1 : 1))

describe('the revenue split', () => {
  it('is what the journal booked of each party, role and month', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { happened } = play(script)
        const booked = new Map<string, number>()
        for (const event of happened) {
          if (!isDomainEvent(event)) continue
          for (const { postings, businessDate, communityId } of entriesOf(event)) {
            for (const { role, party, amount } of postings) {
              if (role !== null)
                add(booked, [communityId, businessDate.slice(0, 7), role, party].join(' '), -amount)
            }
          }
        }
        const told = new Map<string, number>()
        const events = recorded(happened)
        for (const { community, segment, partner, month, shares } of documentsOf(
          revenueSplit,
          events,
          splits,
        )) {
          if (segment !== '*' || partner === '*' || month === '*') continue
          for (const [role, party, gross, reversed] of shares) {
            if (party !== PERSONS) add(told, [community, month, role, party].join(' '), gross - reversed)
          }
        }
        for (const { community, month, party, shares } of documentsOf(revenueSplit, events, parties)) {
          for (const [segment, role, gross, reversed] of shares) {
            if (segment === '*') add(told, [community, month, role, party].join(' '), gross - reversed)
          }
        }
        expect(sorted(told)).toEqual(sorted(booked))
      }),
    )
  })

  it('totals are figures of their own, and say what their parts say where parts do not overlap', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const documents = documentsOf(revenueSplit, recorded(play(script).happened), splits)
        const [byCommunity, byPartner, all, ever] = [1, 2, 3, 4].map(() => new Map<string, number>())
        if (!byCommunity || !byPartner || !all || !ever) return
        for (const { community, segment, partner, month, shares, ...total } of documents) {
          const summed = [0, 1, 2, 3].map((at) =>
            shares.reduce((sum, share) => sum + Number(share[at + 2]), 0),
          )
          expect(summed).toEqual([total.gross, total.reversed, total.kept, total.legs])
          const net = total.gross - total.reversed - total.kept
          if (segment !== '*') continue
          if (month === '*') add(ever, partner, net)
          else if (community === '*') add(all, month, net)
          else if (partner === '*') add(byCommunity, month, net)
          else add(byPartner, month, net)
        }
        expect(sorted(byCommunity)).toEqual(sorted(all))
        expect(sorted(byPartner)).toEqual(sorted(all))
        const sum = (sums: ReadonlyMap<string, number>) => [...sums.values()].reduce((a, b) => a + b, 0)
        expect(sum(ever)).toBe(sum(all))
      }),
    )
  })

  it('agrees with the matrix on what partners keep of all time, segment by segment', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const events = recorded(play(script).happened)
        const [split, served] = [new Map<string, number>(), new Map<string, number>()]
        for (const { community, segment, partner, month, shares } of documentsOf(
          revenueSplit,
          events,
          splits,
        )) {
          if (month !== '*') continue
          for (const [role, party, gross, reversed, kept] of shares) {
            if (role !== 'PARTNER' || party !== partner) continue
            add(split, [community, segment, partner].join(' '), gross - reversed - kept)
          }
        }
        for (const { community, segment, partner, month, figures } of documentsOf(matrix, events, cells)) {
          if (month === '*') add(served, [community, segment, partner].join(' '), figures.partnerNet)
        }
        expect(sorted(split)).toEqual(sorted(served))
      }),
    )
  })
})
