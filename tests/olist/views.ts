/** Holds the views of an import against the recomputation: every cell, every share, every account. */
import { describe, expect, it } from 'vitest'
import { following } from '../../projections/queries/chunks.ts'
import { countFacts } from '../../projections/queries/intake.ts'
import { categoriesOf, figuresOf } from '../../projections/queries/matrix-cells.ts'
import { everything } from '../../projections/queries/scope.ts'
import { trialBalance } from '../../projections/queries/trial-balance.ts'
import { ties, type Variance, variances } from '../../projections/queries/variances.ts'
import { readLive } from '../../projections/read-live.ts'
import { cells } from '../../projections/views/matrix-cells.ts'
import { splits } from '../../projections/views/split.ts'
import type { Imported } from './imported.ts'
import type { Cell, Share } from './recompute.ts'

const chunk = 2_000
const byKey = { order: [] }

/** Every cell, keyed as the recomputation keys it. */
export const readCells = ({
  tributary,
  nameOf,
}: Pick<Imported, 'tributary' | 'nameOf'>): Promise<Map<string, Cell>> =>
  readLive(tributary.documents, 'matrix', async (reader) => {
    const found = new Map<string, Cell>()
    for await (const { document } of following(reader, cells, byKey, null, chunk)) {
      const { partner, community, segment, month } = document
      const place = [partner, community, segment].map(nameOf).join('|')
      for (const category of ['*', ...categoriesOf([document])]) {
        const figures = figuresOf([document], category, true)
        if (figures === null) continue
        const { purchases, buyers, units, gross, refunds } = figures
        const key = `${place}|${nameOf(category)}|${nameOf(month)}`
        found.set(key, { purchases, buyers: buyers ?? -1, units, gross, refunds })
      }
    }
    return found
  })

const readShares = ({ tributary, nameOf }: Imported): Promise<Map<string, Share>> =>
  readLive(tributary.documents, 'split', async (reader) => {
    const found = new Map<string, Share>()
    for await (const { document } of following(reader, splits, byKey, null, chunk)) {
      const { partner, community, segment, month, shares } = document
      const place = [partner, community, segment].map(nameOf).join('|')
      for (const [role, , gross, reversed] of shares)
        if (gross !== 0 || reversed !== 0) found.set(`${place}|${nameOf(month)}|${role}`, { gross, reversed })
    }
    return found
  })

const earned = (shares: ReadonlyMap<string, Share>): Map<string, Share> =>
  new Map([...shares].filter(([, { gross, reversed }]) => gross !== 0 || reversed !== 0))

/** Keys on one side only, and those that differ: at most ten of them, so that a failure can be read. */
export const differences = <Figures extends object>(
  found: ReadonlyMap<string, Figures>,
  wanted: ReadonlyMap<string, Figures>,
): readonly string[] => {
  const told: string[] = []
  for (const key of new Set([...found.keys(), ...wanted.keys()])) {
    const [is, should] = [JSON.stringify(found.get(key)), JSON.stringify(wanted.get(key))]
    if (is !== should) told.push(`${key}: is ${is}, should be ${should}`)
    if (told.length === 10) break
  }
  return told
}

const trialOf = async ({ tributary }: Imported, position: string | null) => {
  const asOf = position === null ? ({ kind: 'NOW' } as const) : ({ kind: 'POSITION', position } as const)
  const { rows, balanced } = await readLive(tributary.documents, 'journal', (reader) =>
    trialBalance(reader, asOf),
  )
  const byKind: Record<string, number> = {}
  for (const { kind, balance } of rows) if (balance !== 0) byKind[kind] = balance
  return { byKind, balanced }
}

const sumShares = (shares: ReadonlyMap<string, Share>, role: string, figure: keyof Share): number => {
  let sum = 0
  for (const [key, share] of shares)
    if (key.startsWith('ALL|ALL|ALL|') && key.endsWith(`|${role}`)) sum += share[figure]
  return sum
}

export const testViews = (imported: () => Imported, beforeRefunds: () => Promise<string>): void => {
  describe('the serving matrix', () => {
    it('agrees with the files in every cell: partner × community × segment × category × month', async () => {
      const found = await readCells(imported())
      expect(differences(found, imported().expected.cells)).toEqual([])
      expect(found.size).toBeGreaterThan(200_000)
    }, 600_000)
  })

  describe('the revenue split', () => {
    it('agrees with the files in every share: partner × community × segment × month × role', async () => {
      const found = await readShares(imported())
      expect(differences(found, earned(imported().expected.shares))).toEqual([])
      expect(found.size).toBeGreaterThan(150_000)
    }, 600_000)

    it('agrees in its totals with the matrix and the journal', async () => {
      const [shares, matrix, trial] = [
        await readShares(imported()),
        await readCells(imported()),
        await trialOf(imported(), null),
      ]
      const total = (figure: keyof Share): number =>
        sumShares(shares, 'PARTNER', figure) +
        sumShares(shares, 'PLATFORM', figure) +
        sumShares(shares, 'OWNER', figure)
      let [gross, refunds] = [0, 0]
      for (const [key, cell] of matrix) {
        if (!key.endsWith('|ALL|ALL|ALL')) continue
        gross += cell.gross
        refunds += cell.refunds
      }
      expect({ gross: total('gross'), refunds: total('reversed') }).toEqual({ gross, refunds })
      expect({ gross, refunds }).toEqual({ gross: 1_584_355_324, refunds: 10_802_621 })
      const { PAYABLE = 0, REVENUE = 0 } = trial.byKind
      expect(PAYABLE + REVENUE).toBe(refunds - gross)
      expect(REVENUE).toBe(sumShares(shares, 'PLATFORM', 'reversed') - sumShares(shares, 'PLATFORM', 'gross'))
    }, 600_000)
  })

  describe('the books', () => {
    it('balance before the refunds: clearing 16,008,872.12 + receivable −2,726.93 = legs 15,843,553.24 + suspense 162,591.95', async () => {
      const { byKind, balanced } = await trialOf(imported(), await beforeRefunds())
      const { CLEARING, BUYERS, PAYABLE = 0, REVENUE = 0, SUSPENSE, ...others } = byKind
      expect({ CLEARING, BUYERS, legs: -PAYABLE - REVENUE, SUSPENSE, others, balanced }).toEqual({
        CLEARING: 1_600_887_212,
        BUYERS: -272_693,
        legs: 1_584_355_324,
        SUSPENSE: -16_259_195,
        others: {},
        balanced: true,
      })
    }, 600_000)

    it('balance after the refunds, which left clearing and took the legs back', async () => {
      const { byKind, balanced } = await trialOf(imported(), null)
      const { CLEARING, BUYERS, PAYABLE = 0, REVENUE = 0, SUSPENSE } = byKind
      expect({ CLEARING, BUYERS, legs: -PAYABLE - REVENUE, SUSPENSE, balanced }).toEqual({
        CLEARING: 1_600_887_212 - 10_802_621,
        BUYERS: -272_693,
        legs: 1_584_355_324 - 10_802_621,
        SUSPENSE: -16_259_195,
        balanced: true,
      })
    })
  })

  describe('variances', () => {
    it('put each purchase in one class', async () => {
      const { documents } = imported().tributary
      const found = await readLive(documents, 'purchases', (reader) => ties(reader, everything, null))
      const counts = Object.fromEntries(
        found.map(({ varianceClass, purchases }) => [varianceClass, purchases]),
      )
      expect(counts).toEqual({ EXACT: 98_089, WITHIN_ONE: 273, OVER: 264, UNDER: 39, UNPAID: 1 })
      expect(found.reduce((sum, { open }) => sum + open, 0)).toBe(-272_693)
    })

    it('tell each with its reason', async () => {
      const { documents } = imported().tributary
      const reasons: Record<string, number> = {}
      const off: number[] = []
      const asked = { community: null, currency: null, classes: [] }
      await readLive(documents, 'purchases', async (reader) => {
        for (let after: string | null = null, more = true; more; ) {
          const page = await variances(reader, everything, asked, { first: 100, after })
          for (const { node } of page.edges) note(node, reasons, off)
          after = page.edges.at(-1)?.cursor ?? null
          more = page.hasNextPage
        }
      })
      expect(reasons).toEqual({
        CAPTURED_MORE_BY_ONE: 103,
        CAPTURED_LESS_BY_ONE: 170,
        CAPTURED_MORE: 264,
        CAPTURED_LESS: 39,
        NOTHING_CAPTURED: 1,
      })
      expect([Math.max(...off), Math.min(...off)]).toEqual([18_281, -5_162])
    })
  })

  describe('the intake', () => {
    it('holds the 830 payments of orders without items, 162,591.95 in all, and nothing else', async () => {
      const { documents } = imported().tributary
      const found = await readLive(documents, 'intake', (reader) => countFacts(reader, everything))
      expect(found).toEqual([
        {
          status: 'PARKED',
          why: 'PURCHASE_HAS_NO_LINES',
          kind: 'PAYMENT',
          currency: 'BRL',
          count: 830,
          amount: 16_259_195,
        },
      ])
    })
  })
}

const note = ({ purchase, reason }: Variance, reasons: Record<string, number>, off: number[]): void => {
  reasons[reason] = (reasons[reason] ?? 0) + 1
  if (reason !== 'NOTHING_CAPTURED') off.push(purchase.difference)
}
