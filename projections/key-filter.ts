/** Two million bytes: a million keys leave one false alarm in a thousand, ten million one in three. */
const bits = 2 ** 24
const probes = 4

/**
 * Remembers keys in bounded memory: never says of a key it was given that it was not, but now and then, and more
 * often the more it was given, of another that it may have been (a Bloom filter).
 */
export class KeyFilter {
  readonly #words = new Uint32Array(bits / 32)

  add(key: string): void {
    const [first, step] = hash(key)
    for (let probe = 0; probe < probes; probe++) {
      const bit = (first + Math.imul(probe, step)) & (bits - 1)
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] ?? 0) | (1 << (bit & 31))
    }
  }

  /** False: surely not given. */
  mayHold(key: string): boolean {
    const [first, step] = hash(key)
    for (let probe = 0; probe < probes; probe++) {
      const bit = (first + Math.imul(probe, step)) & (bits - 1)
      if (((this.#words[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false
    }
    return true
  }
}

/** Two hashes of 32 bits, the second odd (FNV-1a over UTF-16 units, then the finisher of MurmurHash3). */
const hash = (key: string): readonly [number, number] => {
  let state = 0x811c9dc5
  for (let index = 0; index < key.length; index++)
    state = Math.imul(state ^ key.charCodeAt(index), 0x01000193)
  let mixed = state ^ (state >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  const first = Math.imul(mixed, 0xc2b2ae35)
  return [first ^ (first >>> 16), Math.imul(state, 0x9e3779b1) | 1]
}
