import { beforeEach, describe, expect, it } from 'vitest'
import { givenPartner, givenSuspendedPartner, ids, sealed } from '../tests/support/ecosystem.ts'
import { idOf, refusal, World } from '../tests/support/world.ts'
import { type PartnerCommand, partner } from './partner.ts'

const apply: Extract<PartnerCommand, { type: 'ApplyAsPartner' }> = {
  type: 'ApplyAsPartner',
  partnerId: ids.partner,
  name: 'Bem Nascido',
  categories: ['furniture'],
  standards: [{ standard: 'ISO9001', evidence: 'Certificate 12' }],
  source: null,
}
const reason = 'As agreed'
const admit = { type: 'AdmitPartner' } as const
const refuse = { type: 'RefusePartner', reason } as const
const suspend = { type: 'SuspendPartner', reason } as const
const reinstate = { type: 'ReinstatePartner', reason } as const
const change: PartnerCommand = { type: 'ChangePartnerProfile', name: 'Bem Crescido', categories: [] }
const link = { type: 'LinkSupply', toPartnerId: idOf('partner', 2), what: 'Fabric' } as const

let world: World
const asked = (command: PartnerCommand) => world.when(partner, ids.partner, command)
const state = () => world.state(partner, ids.partner)
beforeEach(() => {
  world = new World()
})

describe('applying', () => {
  it('is done once, and again after a refusal', async () => {
    expect(await asked(apply)).toHaveLength(1)
    expect(state()).toMatchObject({ status: 'APPLIED', name: 'Bem Nascido', categories: ['furniture'] })
    await expect(asked({ ...apply, name: 'Other' })).rejects.toMatchObject(refusal('TAKEN'))
    await asked(refuse)
    expect(await asked({ ...apply, name: 'Other' })).toHaveLength(1)
    expect(state()).toMatchObject({ status: 'APPLIED', name: 'Other' })
  })
})

describe('the standing of a partner', () => {
  it.each<PartnerCommand>([
    admit,
    refuse,
    suspend,
    reinstate,
    change,
    link,
    { type: 'SetPartnerPayee', details: sealed },
  ])('$type needs one that applied', async (command) => {
    await expect(asked(command)).rejects.toMatchObject(refusal('NOT_FOUND'))
  })

  it('goes from applied to admitted to suspended and back; again changes nothing', async () => {
    await asked(apply)
    for (const [step, status] of [
      [admit, 'ADMITTED'],
      [suspend, 'SUSPENDED'],
      [reinstate, 'ADMITTED'],
    ] as const) {
      expect(await asked(step)).toHaveLength(1)
      expect(state().status).toBe(status)
      expect(await asked(step)).toEqual([])
    }
  })

  it('takes no step from the wrong place', async () => {
    await asked(apply)
    await expect(asked(suspend)).rejects.toMatchObject(refusal('WRONG_STATE'))
    await expect(asked(reinstate)).rejects.toMatchObject(refusal('WRONG_STATE'))
    await asked(refuse)
    await expect(asked(admit)).rejects.toMatchObject(refusal('WRONG_STATE'))
    world = givenSuspendedPartner(new World())
    await expect(asked(admit)).rejects.toMatchObject({
      ...refusal('WRONG_STATE'),
      details: { status: 'SUSPENDED' },
    })
    await expect(asked(refuse)).rejects.toMatchObject(refusal('WRONG_STATE'))
  })
})

describe('an admitted partner', () => {
  beforeEach(() => {
    givenPartner(world)
  })

  it('changes its profile and its payee', async () => {
    expect(await asked(change)).toHaveLength(1)
    expect(state()).toMatchObject({ name: 'Bem Crescido', status: 'ADMITTED' })
    expect(await asked({ type: 'SetPartnerPayee', details: sealed })).toMatchObject([
      { type: 'PayeeDetailsSet', data: { party: ids.partner } },
    ])
  })

  it('supplies others, never itself', async () => {
    await expect(asked(link)).rejects.toMatchObject(refusal('NOT_FOUND', 'toPartnerId'))
    givenPartner(world, link.toPartnerId)
    expect(await asked(link)).toHaveLength(1)
    expect(state().suppliesTo).toEqual([idOf('partner', 2)])
    await expect(asked({ ...link, toPartnerId: ids.partner })).rejects.toMatchObject(
      refusal('INVALID', 'toPartnerId'),
    )
  })
})
