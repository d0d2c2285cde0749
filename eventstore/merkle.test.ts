import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { merkleTree } from './merkle.ts'

const rootOf = (leaves: readonly string[]): string => {
  const tree = merkleTree()
  for (const leaf of leaves) tree.add(leaf)
  return tree.root()
}

/** The definition of RFC 6962 section 2.1, word for word. */
const byDefinition = (leaves: readonly Buffer[]): Buffer => {
  const [only] = leaves
  if (only === undefined) return hash('sha256', Buffer.alloc(0), 'buffer')
  if (leaves.length === 1) return hash('sha256', Buffer.concat([Buffer.of(0), only]), 'buffer')
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  const parts = [byDefinition(leaves.slice(0, split)), byDefinition(leaves.slice(split))]
  return hash('sha256', Buffer.concat([Buffer.of(1), ...parts]), 'buffer')
}

describe('a Merkle root', () => {
  // The reference vectors of Certificate Transparency.
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ]
  it.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [4, 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
    [5, '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
    [6, '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
    [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('of the first %i reference leaves is the published one', (count, root) => {
    expect(rootOf(leaves.slice(0, count))).toBe(root)
  })

  it('is that of the definition for any number of leaves', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 70 }), (bytes) => {
        const buffers = bytes.map((leaf) => Buffer.from(leaf))
        expect(rootOf(buffers.map((leaf) => leaf.toString('hex')))).toBe(
          byDefinition(buffers).toString('hex'),
        )
      }),
    )
  })

  it('can be asked for at any time, and counts its leaves', () => {
    const tree = merkleTree()
    for (const [index, leaf] of leaves.entries()) {
      expect(tree.count()).toBe(index)
      expect(tree.root()).toBe(rootOf(leaves.slice(0, index)))
      tree.add(leaf)
    }
  })
})
