import { expect, it } from 'vitest'
import { sha256 } from './sha256.ts'

it('hashes text as UTF-8 to lower-case hex, as FIPS 180-2 gives it for "abc"', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(sha256('é')).toBe(sha256(new Uint8Array([0xc3, 0xa9])))
})
