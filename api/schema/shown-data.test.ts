/** Secrets stay in the log, wherever in an event they stand. */
import { expect, it } from 'vitest'
import { shownData } from './shown-data.ts'

const sealed = { subject: 'person_1', purpose: 'identity', iv: 'aXY=', text: 'dGV4dA==', tag: 'dGFn' }

it('hides hashes of secrets and sealed texts at any depth, and nothing else', () => {
  const data = { keyId: 'key_1', secretHash: 'ab', of: [{ details: sealed, amount: 0, none: null }] }
  const hidden = '(not shown)'
  expect(shownData(data)).toEqual({
    keyId: 'key_1',
    secretHash: hidden,
    of: [{ details: { ...sealed, iv: hidden, text: hidden, tag: hidden }, amount: 0, none: null }],
  })
})
