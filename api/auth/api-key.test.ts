import { describe, expect, it } from 'vitest'
import type { AccessState } from '../../domain/access.ts'
import { makeApiKey, openApiKey, parseApiKey } from './api-key.ts'

const subject = 'service_01h455vb4pex5vsknk084sn02q'
const keyId = 'key_01h455vb4pex5vsknk084sn02q'
const organisation = 'partner_01h455vb4pex5vsknk084sn02q'
const at = '2026-01-01T00:00:00.000Z'

const made = makeApiKey(subject, keyId)
const grant = { role: 'BRAND_ADMIN', organisation } as const
const stateWith = (more: Partial<AccessState['keys'][number]> = {}): AccessState => ({
  subject,
  grants: [grant],
  keys: [
    { ...grant, keyId, secretHash: made.secretHash, label: 'x', expiresAt: null, revoked: false, ...more },
  ],
})
const open = (state: AccessState, text = made.text) => {
  const parts = parseApiKey(text)
  return parts === undefined ? null : openApiKey(state, parts, at)
}

it('opens what it was issued for', () => {
  expect(open(stateWith())).toEqual({ grant, expiresAt: null })
  expect(open(stateWith({ expiresAt: '2026-02-01T00:00:00.000Z' }))?.expiresAt).toBe(Date.UTC(2026, 1, 1))
})

it('keeps nothing of the secret but its hash', () => {
  expect(made.secretHash).toMatch(/^[0-9a-f]{64}$/)
  expect(made.text).not.toContain(made.secretHash)
})

describe('opens nothing', () => {
  it.each([
    ['once it is revoked', stateWith({ revoked: true })],
    ['once it has expired', stateWith({ expiresAt: at })],
    ['once its subject lost the role', { ...stateWith(), grants: [] }],
    ['where another key has its id', stateWith({ secretHash: makeApiKey(subject, keyId).secretHash })],
    ['where there is no such key', { ...stateWith(), keys: [] }],
  ])('%s', (_, state) => {
    expect(open(state)).toBeNull()
  })

  it.each([
    ['a text that is none', 'tk_'],
    ['a key that was cut', made.text.slice(0, -1)],
    ['a key with more behind it', `${made.text}x`],
    ['another subject', made.text.replace('service', 'partner')],
  ])('as %s', (_, text) => {
    expect(open(stateWith(), text)).toBeNull()
  })
})
