import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sortFew } from './sort-few.ts'

it('sorts as the language does, equal ones in the order they had', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ rank: fc.nat(6), name: fc.nat() }), { maxLength: 30 }), (values) => {
      const byRank = (a: { rank: number }, b: { rank: number }) => a.rank - b.rank
      expect(sortFew([...values], byRank)).toEqual(values.toSorted(byRank))
    }),
  )
})
