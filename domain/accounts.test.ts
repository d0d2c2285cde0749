import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Account, formatAccount, parseAccount } from './accounts.ts'

const party = fc.constantFrom('partner', 'community', 'person').map((kind) => `${kind}_${'0'.repeat(26)}`)
const code = fc.stringMatching(/^[a-z0-9][a-z0-9_.&-]{0,20}$/)

const accounts: fc.Arbitrary<Account> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('CLEARING' as const, 'DISPUTED' as const, 'TRANSIT' as const),
    provider: code,
    account: code,
  }),
  fc.record({ kind: fc.constantFrom('PAYABLE' as const, 'RECEIVABLE' as const, 'RESERVE' as const), party }),
  fc.record({ kind: fc.constant('BANK' as const), account: code }),
  fc.record({
    kind: fc.constantFrom(
      'BUYERS' as const,
      'REVENUE' as const,
      'FEES' as const,
      'DISCOUNTS' as const,
      'VARIANCE' as const,
      'SUSPENSE' as const,
      'COMMISSION_TAX' as const,
      'ROUNDING' as const,
    ),
  }),
)

describe('the text of an account', () => {
  it('names one account, and each account has one', () => {
    fc.assert(
      fc.property(accounts, (account) => {
        const text = formatAccount(account)
        expect(parseAccount(text)).toEqual(account)
      }),
    )
  })

  it.each([
    '',
    'payable',
    'payable:',
    'payable:platform',
    'payable:nobody',
    'clearing:stripe',
    'clearing::x',
    'clearing:a:b:c',
    'sales',
  ])('%j names none', (text) => {
    expect(parseAccount(text)).toBeNull()
  })
})
