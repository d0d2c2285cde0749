import { expect, it } from 'vitest'
import { together } from './together.ts'

it('asks once for what comes in one turn, and answers each its own', async () => {
  const asked: (readonly number[])[] = []
  const double = together<number, number>(3, async (items) => {
    asked.push(items)
    return items.map((item) => item * 2)
  })
  expect(await Promise.all([1, 2, 3, 4].map(double))).toEqual([2, 4, 6, 8])
  expect(await double(5)).toBe(10)
  expect(asked).toEqual([[1, 2, 3], [4], [5]])
})

it('rejects those that were asked together, and no others', async () => {
  const fussy = together<number, number>(2, async (items) => {
    if (items.includes(2)) throw new Error('not two')
    return items
  })
  const answers = await Promise.allSettled([1, 2, 3].map(fussy))
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
})
