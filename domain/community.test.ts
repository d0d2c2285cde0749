import { beforeEach, describe, expect, it } from 'vitest'
import {
  foundCommunity,
  givenCommunity,
  givenDeployment,
  givenPerson,
  ids,
  sealed,
} from '../tests/support/ecosystem.ts'
import { idOf, refusal, World } from '../tests/support/world.ts'
import { type CommunityCommand, community } from './community.ts'
import { person } from './person.ts'

let world: World
const asked = (command: CommunityCommand) => world.when(community, ids.community, command)
const state = () => world.state(community, ids.community)
beforeEach(() => {
  world = new World()
  for (const number of [7, 8, 1_001]) givenPerson(world, idOf('person', number))
  givenPerson(world, ids.owner)
})

describe('founding a community', () => {
  it('names its zone, currency and owner; the same again changes nothing', async () => {
    expect(await asked(foundCommunity())).toHaveLength(1)
    expect(state()).toMatchObject({ zone: 'America/Sao_Paulo', currency: 'BRL', ownerId: ids.owner })
    expect(await asked(foundCommunity())).toEqual([])
    await expect(asked({ ...foundCommunity(), name: 'Others' })).rejects.toMatchObject(
      refusal('KEY_REUSED', 'communityId'),
    )
  })

  it('needs an owner who is registered', async () => {
    await expect(asked({ ...foundCommunity(), ownerId: idOf('person', 99) })).rejects.toMatchObject(
      refusal('NOT_FOUND', 'ownerId'),
    )
  })

  it('needs a zone that is there', async () => {
    await expect(asked({ ...foundCommunity(), zone: 'Brasil' })).rejects.toMatchObject(
      refusal('INVALID', 'zone'),
    )
  })

  it('takes a currency of the deployment', async () => {
    const deploymentId = ids.deployment
    await expect(asked({ ...foundCommunity(), deploymentId })).rejects.toMatchObject(
      refusal('NOT_FOUND', 'deploymentId'),
    )
    givenDeployment(world)
    await expect(asked({ ...foundCommunity(), deploymentId, currency: 'JPY' })).rejects.toMatchObject({
      ...refusal('CURRENCY_MISMATCH', 'currency'),
      details: { currencies: 'BRL EUR' },
    })
    expect(await asked({ ...foundCommunity(), deploymentId })).toHaveLength(1)
  })

  it('pays two levels of sharers at most', async () => {
    const attribution = { model: 'LAST_TOUCH', windowDays: 30, levels: 3 } as const
    await expect(asked({ ...foundCommunity(), attribution })).rejects.toMatchObject(
      refusal('TOO_MANY_LEVELS', 'attribution', 'levels'),
    )
    await asked(foundCommunity())
    await expect(asked({ type: 'SetAttributionPolicy', attribution })).rejects.toMatchObject(
      refusal('TOO_MANY_LEVELS', 'attribution', 'levels'),
    )
  })
})

const point = {
  type: 'OpenPickupPoint',
  pickupPointId: idOf('pickup'),
  name: 'Corner shop',
  leaderId: idOf('person', 7),
} as const
const changes: readonly CommunityCommand[] = [
  { type: 'DescribeCommunity', positioning: 'Calm', culture: 'Kind', carriers: ['wechat'] },
  { type: 'SetAttributionPolicy', attribution: { model: 'WEIGHTED', windowDays: 7, levels: 1 } },
  point,
  { type: 'SetContactPolicy', maxPerWeek: 2, quietFromHour: 22, quietUntilHour: 7 },
  { type: 'AppointOperator', personId: idOf('person', 8) },
  { type: 'SetCommunityPayee', details: sealed },
]

describe('a community', () => {
  it.each(changes)('takes $type once: the same again changes nothing', async (change) => {
    givenCommunity(world)
    expect(await asked(change)).toHaveLength(1)
    expect(await asked(change)).toEqual([])
  })

  it.each(changes)('that was never founded takes no $type', async (change) => {
    await expect(asked(change)).rejects.toMatchObject(refusal('NOT_FOUND'))
  })

  it('keeps what it took', async () => {
    givenCommunity(world)
    for (const change of changes) await asked(change)
    expect(state()).toMatchObject({
      description: { culture: 'Kind' },
      attribution: { model: 'WEIGHTED' },
      pickupPoints: [{ id: point.pickupPointId, leaderId: point.leaderId, open: true }],
      contactPolicy: { maxPerWeek: 2 },
      operators: [idOf('person', 8)],
      payee: sealed,
    })
  })

  it('closes a pickup point once, and none that is not there', async () => {
    givenCommunity(world)
    await asked(point)
    const close = { type: 'ClosePickupPoint', pickupPointId: point.pickupPointId, reason: 'Moved' } as const
    expect(await asked(close)).toHaveLength(1)
    expect(await asked(close)).toEqual([])
    expect(state().pickupPoints).toMatchObject([{ open: false }])
    await expect(asked({ ...close, pickupPointId: idOf('pickup', 2) })).rejects.toMatchObject(
      refusal('NOT_FOUND', 'pickupPointId'),
    )
  })

  it('has leaders and operators who are registered', async () => {
    givenCommunity(world)
    const nobody = idOf('person', 99)
    await expect(asked({ ...point, leaderId: nobody })).rejects.toMatchObject(
      refusal('NOT_FOUND', 'leaderId'),
    )
    await expect(asked({ type: 'AppointOperator', personId: nobody })).rejects.toMatchObject(
      refusal('NOT_FOUND', 'personId'),
    )
    const erased = { type: 'PersonErased', data: { personId: idOf('person', 7), reason: 'asked' } } as const
    world.given(person, idOf('person', 7), erased)
    await expect(asked(point)).rejects.toMatchObject(refusal('NOT_FOUND', 'leaderId'))
  })

  it('opens no other pickup point under the same id', async () => {
    givenCommunity(world)
    await asked(point)
    await expect(asked({ ...point, name: 'Elsewhere' })).rejects.toMatchObject(
      refusal('KEY_REUSED', 'pickupPointId'),
    )
  })

  it('has a limit of pickup points and of operators', async () => {
    givenCommunity(world)
    const communityId = ids.community
    const numbers = Array.from({ length: 1_000 }, (_, index) => index + 1)
    for (const number of numbers) {
      world.given(
        community,
        communityId,
        {
          type: 'PickupPointOpened',
          data: {
            communityId,
            pickupPointId: idOf('pickup', number),
            name: 'Shop',
            leaderId: idOf('person', 7),
          },
        },
        { type: 'OperatorAppointed', data: { communityId, personId: idOf('person', number) } },
      )
    }
    await expect(asked({ ...point, pickupPointId: idOf('pickup', 1_001) })).rejects.toMatchObject(
      refusal('CONFLICT'),
    )
    await expect(asked({ type: 'AppointOperator', personId: idOf('person', 1_001) })).rejects.toMatchObject(
      refusal('CONFLICT'),
    )
  })
})
