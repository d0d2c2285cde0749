import { beforeEach, describe, expect, it } from 'vitest'
import { at } from '../tests/support/ecosystem.ts'
import { idOf, refusal, World } from '../tests/support/world.ts'
import { type IntakeCommand, intake } from './intake.ts'

const factId = idOf('fact')
const park: Extract<IntakeCommand, { type: 'ParkFact' }> = {
  type: 'ParkFact',
  factId,
  currency: 'BRL',
  source: { system: 'olist', id: 'order-1/1' },
  purchase: { id: null, reference: 'order-1' },
  fact: {
    kind: 'PAYMENT',
    captureId: 'c1',
    provider: 'olist',
    account: 'main',
    transactionId: 't1',
    method: 'boleto',
    instalments: 1,
    amount: 1_000,
  },
  at,
  businessDate: '2026-03-01',
  why: 'PURCHASE_HAS_NO_LINES',
  detail: '',
}
const effect = { at, businessDate: '2026-03-02' }
const resolve = { type: 'ResolveFact', ...effect, attachedTo: idOf('purchase'), note: '' } as const
const dismiss = { type: 'DismissFact', ...effect, reason: 'Not ours' } as const

let world: World
const asked = (command: IntakeCommand) => world.when(intake, factId, command)
beforeEach(() => {
  world = new World()
})

describe('parking a fact', () => {
  it('again changes nothing, also for another reason, later, or after it was settled', async () => {
    expect(await asked(park)).toHaveLength(1)
    expect(await asked(park)).toEqual([])
    expect(await asked({ ...park, why: 'MORE_THAN_PAID', at: '2026-03-05T00:00:00.000Z' })).toEqual([])
    await asked(dismiss)
    expect(await asked(park)).toEqual([])
  })

  it('of other content under the same id is refused', async () => {
    await asked(park)
    await expect(asked({ ...park, currency: 'EUR' })).rejects.toMatchObject(refusal('KEY_REUSED', 'factId'))
    await expect(asked({ ...park, fact: { kind: 'ROW', file: 'orders.csv', row: 1 } })).rejects.toMatchObject(
      refusal('KEY_REUSED', 'factId'),
    )
  })
})

describe('claiming a fact for a purchase', () => {
  const claim = (number: number, from = at, until = '2026-03-01T12:01:00.000Z') =>
    ({ type: 'ClaimFact', purchaseId: idOf('purchase', number), at: from, until }) as const

  it('keeps it from any other, and from being dismissed, until the claim is over', async () => {
    await asked(park)
    expect(await asked(claim(1))).toHaveLength(1)
    await expect(asked(claim(2))).rejects.toMatchObject(refusal('WRONG_STATE'))
    await expect(asked(dismiss)).rejects.toMatchObject(refusal('WRONG_STATE'))
    await expect(asked({ ...resolve, attachedTo: idOf('purchase', 2) })).rejects.toMatchObject(
      refusal('WRONG_STATE'),
    )
    expect(await asked(claim(2, '2026-03-01T12:01:00.000Z', '2026-03-01T12:02:00.000Z'))).toHaveLength(1)
    await expect(asked(claim(1))).rejects.toMatchObject(refusal('WRONG_STATE'))
  })

  it('again by the same purchase is a longer claim, and nothing once it was resolved', async () => {
    await asked(park)
    await asked(claim(1))
    expect(await asked(claim(1, at, '2026-03-01T12:02:00.000Z'))).toHaveLength(1)
    await asked({ ...resolve, attachedTo: idOf('purchase', 1) })
    expect(await asked(claim(1))).toEqual([])
    await expect(asked(claim(2, '2027-03-01T12:00:00.000Z'))).rejects.toMatchObject(refusal('WRONG_STATE'))
  })

  it('takes a fact that is there', async () => {
    await expect(asked(claim(1))).rejects.toMatchObject(refusal('NOT_FOUND'))
  })
})

describe.each([
  ['resolving', resolve, dismiss],
  ['dismissing', dismiss, resolve],
] as const)('%s a fact', (_, settle, otherwise) => {
  it('repeats what was parked, and is done once', async () => {
    await asked(park)
    const { factId: id, currency, fact, source, purchase } = park
    expect(await asked(settle)).toMatchObject([
      { data: { factId: id, currency, fact, source, purchase, ...effect } },
    ])
    expect(await asked(settle)).toEqual([])
  })

  it('needs it parked', async () => {
    await expect(asked(settle)).rejects.toMatchObject(refusal('NOT_FOUND'))
    await asked(park)
    await asked(otherwise)
    await expect(asked(settle)).rejects.toMatchObject(refusal('WRONG_STATE'))
  })
})

it('a fact that was resolved is attached to no other purchase', async () => {
  await asked(park)
  await asked(resolve)
  await expect(asked({ ...resolve, attachedTo: idOf('purchase', 2) })).rejects.toMatchObject(
    refusal('WRONG_STATE'),
  )
})
