import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isSignedBy, openSigningKey } from './signing-key.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-signing-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

it('signs so that the public key alone verifies it, and nothing else does', () => {
  const key = openSigningKey(folder)
  const signature = key.sign('seal 1')
  expect(isSignedBy(key.publicPem, 'seal 1', signature)).toBe(true)
  expect(isSignedBy(key.publicPem, 'seal 2', signature)).toBe(false)
  expect(isSignedBy(key.publicPem, 'seal 1', 'nonsense')).toBe(false)
  expect(isSignedBy(openSigningKey(join(folder, 'other')).publicPem, 'seal 1', signature)).toBe(false)
})

it('stays the same key after a restart, in a file that only its owner may read', () => {
  const { id, publicPem } = openSigningKey(folder)
  expect(openSigningKey(folder)).toMatchObject({ id, publicPem })
  expect(statSync(join(folder, 'signing-key.pem')).mode & 0o777).toBe(0o600)
})

it('refuses a file that others may read', () => {
  writeFileSync(join(folder, 'signing-key.pem'), 'x', { mode: 0o644 })
  expect(() => openSigningKey(folder)).toThrow(/chmod 600/)
})
