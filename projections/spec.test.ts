import { describe, expect, it } from 'vitest'
import { InvalidDocument } from './documents.ts'
import { checkDocument } from './spec.ts'

const accounts = {
  name: 'accounts',
  fields: { owner: 'text', amount: 'integer' },
  indexes: [],
  fixed: ['owner'],
} as const

describe('documents', () => {
  it('may change what is not fixed', () => {
    checkDocument(accounts, 'k', { owner: 'ann', amount: 2 }, { owner: 'ann', amount: 1 })
    checkDocument(accounts, 'k', { owner: 'ann', amount: 2 }, undefined)
    checkDocument(accounts, 'k', { amount: 2 }, { owner: null, amount: 1 })
  })

  it('never change a fixed field, whose index an engine may leave as it is', () => {
    const change = () =>
      checkDocument(accounts, 'k', { owner: 'bob', amount: 1 }, { owner: 'ann', amount: 1 })
    expect(change).toThrow(InvalidDocument)
    expect(change).toThrow('Field owner of accounts k is fixed to "ann"; it cannot become "bob".')
  })

  it('hold values of the declared kinds', () => {
    expect(() => checkDocument(accounts, 'k', { amount: 'much' }, undefined)).toThrow(InvalidDocument)
  })
})
