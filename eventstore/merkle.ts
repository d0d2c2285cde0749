/** Merkle trees over event hashes, grown leaf by leaf: RFC 6962 section 2.1, SHA-256. */
import { hash } from 'node:crypto'

const leafPrefix = Buffer.of(0)
const nodePrefix = Buffer.of(1)

/** The root of a subtree whose number of leaves is a power of two. */
interface Peak {
  readonly leaves: number
  readonly root: Buffer
}

const digest = (...parts: readonly Buffer[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer')

const join = (left: Peak, right: Peak): Peak => ({
  leaves: left.leaves + right.leaves,
  root: digest(nodePrefix, left.root, right.root),
})

export interface MerkleTree {
  /** Adds a leaf at the end. @param hash hex: its bytes are the leaf */
  add(hash: string): void
  /** Leaves so far. */
  count(): number
  /** Root over the leaves so far, lower-case hex; that of no leaves is the SHA-256 of nothing. */
  root(): string
}

/** A tree without leaves. It holds at most one hash for each power of two, whatever it grows to. */
export const merkleTree = (): MerkleTree => {
  const peaks: Peak[] = []
  let count = 0
  return {
    add: (hex) => {
      let grown: Peak = { leaves: 1, root: digest(leafPrefix, Buffer.from(hex, 'hex')) }
      for (let last = peaks.at(-1); last?.leaves === grown.leaves; last = peaks.at(-1)) {
        peaks.pop()
        grown = join(last, grown)
      }
      peaks.push(grown)
      count += 1
    },
    count: () => count,
    root: () => {
      const [smallest, ...larger] = peaks.toReversed()
      if (smallest === undefined) return digest().toString('hex')
      return larger.reduce((right, left) => join(left, right), smallest).root.toString('hex')
    },
  }
}
