import { expect, it } from 'vitest'
import { TooWide } from '../../projections/queries/split.ts'
import { toRequestError } from './reading.ts'

it('a question that spans too much is refused with the arguments to narrow it by', () => {
  expect(toRequestError(new TooWide(['from', 'partner']))).toMatchObject({
    message: expect.stringMatching(/fewer months \(from, to\), or one partner/),
    extensions: { code: 'QUERY_TOO_COSTLY', narrow: ['from', 'to', 'partnerId'] },
  })
})
