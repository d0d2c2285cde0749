import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KeyStore, openKeyStore } from './key-store.ts'
import { createSealing, identityHash, SealBroken, type Sealing } from './sealing.ts'

let folder: string
let keys: KeyStore
let sealing: Sealing

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-sealing-'))
  keys = openKeyStore(folder)
  sealing = createSealing(keys)
})
afterAll(() => {
  keys.close()
  rmSync(folder, { recursive: true, force: true })
})

const changed = (base64: string): string => {
  const bytes = Buffer.from(base64, 'base64')
  bytes[0] = (bytes[0] ?? 0) ^ 1
  return bytes.toString('base64')
}

describe('sealing', () => {
  it('opens to the text that was sealed, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const sealed = await sealing.seal('person_a', 'contact', 'person-a/phone', text)
        expect(sealing.open('person-a/phone', sealed)).toEqual({ state: 'OPEN', text })
      }),
    )
  })

  it('shows neither the text nor the subject, and never seals twice the same', async () => {
    const one = await sealing.seal('person_a', 'contact', 'here', 'Maria da Silva')
    const other = await sealing.seal('person_a', 'contact', 'here', 'Maria da Silva')
    expect(JSON.stringify(one)).not.toMatch(/person_a|Maria/)
    expect(one.text).not.toBe(other.text)
  })

  it('opens only where it was sealed for', async () => {
    const sealed = await sealing.seal('person_a', 'contact', 'person-a/phone', 'x')
    expect(() => sealing.open('person-b/phone', sealed)).toThrow(SealBroken)
  })

  it.each(['iv', 'text', 'tag'] as const)('does not open when its %s was changed', async (part) => {
    const sealed = await sealing.seal('person_a', 'contact', 'here', 'text')
    expect(() => sealing.open('here', { ...sealed, [part]: changed(sealed[part]) })).toThrow(SealBroken)
    expect(() => sealing.open('here', { ...sealed, [part]: '' })).toThrow(SealBroken)
  })

  it('does not open under another purpose, or with a key that this store never had', async () => {
    const sealed = await sealing.seal('person_a', 'contact', 'here', 'text')
    expect(() => sealing.open('here', { ...sealed, purpose: 'payee' })).toThrow(SealBroken)
    expect(() => sealing.open('here', { ...sealed, subject: 'key_00000000000000000000000000' })).toThrow(
      /not in this key store/,
    )
  })

  it('answers that it is forgotten once the key is destroyed, and seals nothing more for it', async () => {
    const sealed = await sealing.seal('person_f', 'contact', 'here', 'text')
    const kept = await sealing.seal('person_f', 'payee', 'here', 'text')
    keys.destroy('person_f', 'contact')
    expect(sealing.open('here', sealed)).toEqual({ state: 'FORGOTTEN' })
    expect(sealing.open('here', kept)).toEqual({ state: 'OPEN', text: 'text' })
    await expect(sealing.seal('person_f', 'contact', 'here', 'text')).rejects.toThrow(/destroyed/)
  })
})

describe('the hash of an identity', () => {
  const key = Buffer.alloc(32, 7)
  it('is the same for the same identity, and other for another one or another key', () => {
    const hash = identityHash(key, 'wechat', 'open-id')
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(identityHash(key, 'wechat', 'open-id')).toBe(hash)
    expect(identityHash(key, 'wechat', 'open-id2')).not.toBe(hash)
    expect(identityHash(Buffer.alloc(32, 8), 'wechat', 'open-id')).not.toBe(hash)
  })
  it('keeps provider and external id apart', () => {
    expect(identityHash(key, 'a', 'bc')).not.toBe(identityHash(key, 'ab', 'c'))
  })
})
