import { describe, expect, it } from 'vitest'
import { here, now, old, readers, toys } from '../../tests/support/served.ts'
import { demandGaps } from './gaps.ts'
import { everything, OutOfScope } from './scope.ts'

describe('a gap', () => {
  const gaps = async (asked = now) =>
    (
      await demandGaps(readers, everything, { community: here, now: asked }, { first: 100, after: null })
    ).edges.map(({ node }) => [node.segment, node.category])

  it('is an interest that nobody serves; what is below the category serves it too', async () => {
    expect(await gaps()).toEqual([[old, 'music']])
  })

  it('is for the community and the platform to see', async () => {
    await expect(
      demandGaps(
        readers,
        { all: false, organisations: new Set([toys]) },
        { community: here, now },
        { first: 1, after: null },
      ),
    ).rejects.toThrow(OutOfScope)
  })
})
