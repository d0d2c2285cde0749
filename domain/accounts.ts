/**
 * The accounts of the books (design section 5, Journal), as text and as parts. The text form is what is kept:
 * `payable:partner_…`, `clearing:stripe:acct`. No part holds a colon, so that there is one text for one account.
 */

/** Payment fees, discounts and revenue stand on accounts of the platform's own; other parties have one payable each. */
export type Account =
  | { readonly kind: 'CLEARING'; readonly provider: string; readonly account: string }
  | { readonly kind: 'DISPUTED'; readonly provider: string; readonly account: string }
  | { readonly kind: 'BUYERS' }
  | { readonly kind: 'PAYABLE'; readonly party: string }
  | { readonly kind: 'REVENUE' }
  | { readonly kind: 'FEES' }
  | { readonly kind: 'DISCOUNTS' }
  | { readonly kind: 'VARIANCE' }
  | { readonly kind: 'SUSPENSE' }
  /** Of settlement: a party's negative balance, money held back, money on its way, money at a bank. */
  | { readonly kind: 'RECEIVABLE'; readonly party: string }
  | { readonly kind: 'RESERVE'; readonly party: string }
  | { readonly kind: 'TRANSIT'; readonly provider: string; readonly account: string }
  | { readonly kind: 'BANK'; readonly account: string }
  | { readonly kind: 'COMMISSION_TAX' }
  | { readonly kind: 'ROUNDING' }

export const accountKinds = [
  'CLEARING',
  'DISPUTED',
  'BUYERS',
  'PAYABLE',
  'REVENUE',
  'FEES',
  'DISCOUNTS',
  'VARIANCE',
  'SUSPENSE',
  'RECEIVABLE',
  'RESERVE',
  'TRANSIT',
  'BANK',
  'COMMISSION_TAX',
  'ROUNDING',
] as const satisfies readonly Account['kind'][]
export type AccountKind = Account['kind']

/** The accounts that there is one of. */
const single = {
  BUYERS: 'receivable:buyers',
  REVENUE: 'revenue:platform',
  FEES: 'fees:platform',
  DISCOUNTS: 'discounts:platform',
  VARIANCE: 'variance',
  SUSPENSE: 'suspense',
  COMMISSION_TAX: 'tax:commission',
  ROUNDING: 'rounding',
} as const

export const buyers = single.BUYERS
export const variance = single.VARIANCE
export const suspense = single.SUSPENSE

export const clearing = (at: { readonly provider: string; readonly account: string }): string =>
  `clearing:${at.provider}:${at.account}`

export const disputed = (at: { readonly provider: string; readonly account: string }): string =>
  `disputed:${at.provider}:${at.account}`

/** Where a party's legs stand: the platform's are its revenue. */
export const legAccount = (party: string): string =>
  party === 'platform' ? single.REVENUE : `payable:${party}`

/** Who bears a payment or dispute fee. */
export const feeAccount = (party: string): string => (party === 'platform' ? single.FEES : `payable:${party}`)

/** Who bears a discount. */
export const discountAccount = (party: string): string =>
  party === 'platform' ? single.DISCOUNTS : `payable:${party}`

export const formatAccount = (account: Account): string => {
  switch (account.kind) {
    case 'CLEARING':
      return clearing(account)
    case 'DISPUTED':
      return disputed(account)
    case 'TRANSIT':
      return `transit:${account.provider}:${account.account}`
    case 'BANK':
      return `bank:${account.account}`
    case 'PAYABLE':
      return `payable:${account.party}`
    case 'RECEIVABLE':
      return `receivable:${account.party}`
    case 'RESERVE':
      return `reserve:${account.party}`
    default:
      return single[account.kind]
  }
}

const singles: ReadonlyMap<string, Account> = new Map<string, Account>([
  [single.BUYERS, { kind: 'BUYERS' }],
  [single.REVENUE, { kind: 'REVENUE' }],
  [single.FEES, { kind: 'FEES' }],
  [single.DISCOUNTS, { kind: 'DISCOUNTS' }],
  [single.VARIANCE, { kind: 'VARIANCE' }],
  [single.SUSPENSE, { kind: 'SUSPENSE' }],
  [single.COMMISSION_TAX, { kind: 'COMMISSION_TAX' }],
  [single.ROUNDING, { kind: 'ROUNDING' }],
])

const party = /^(?:partner|community|person)_[0-7][0-9a-hjkmnp-tv-z]{25}$/

const withParts = (name: string, first: string, second: string | undefined): Account | null => {
  if (second === undefined) {
    if (name === 'bank') return { kind: 'BANK', account: first }
    if (!party.test(first)) return null
    if (name === 'payable') return { kind: 'PAYABLE', party: first }
    if (name === 'receivable') return { kind: 'RECEIVABLE', party: first }
    return name === 'reserve' ? { kind: 'RESERVE', party: first } : null
  }
  if (first === '' || second === '') return null
  if (name === 'clearing') return { kind: 'CLEARING', provider: first, account: second }
  if (name === 'disputed') return { kind: 'DISPUTED', provider: first, account: second }
  return name === 'transit' ? { kind: 'TRANSIT', provider: first, account: second } : null
}

/** Null where the text names no account. */
export const parseAccount = (text: string): Account | null => {
  const known = singles.get(text)
  if (known !== undefined) return known
  const [name = '', first = '', second, ...more] = text.split(':')
  return more.length > 0 || first === '' ? null : withParts(name, first, second)
}

/** What kind of account a text names; for texts that this program wrote. */
export const accountKind = (text: string): AccountKind => {
  const account = parseAccount(text)
  if (account === null) throw new RangeError(`${text} names no account.`)
  return account.kind
}
