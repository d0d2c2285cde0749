import { beforeEach, describe, expect, it } from 'vitest'
import {
  accept,
  compose,
  decline,
  launch,
  other,
  part,
  retire,
  revise,
  second,
  worldOfTwo,
} from '../tests/support/bundles.ts'
import { ids } from '../tests/support/ecosystem.ts'
import { idOf, refusal, type World } from '../tests/support/world.ts'
import type { BundleCommand } from './bundle/commands.ts'
import { launched } from './bundle/state.ts'
import { bundle } from './bundle.ts'

let world: World
const asked = (command: BundleCommand) => world.when(bundle, ids.bundle, command)
const state = () => world.state(bundle, ids.bundle)
beforeEach(() => {
  world = worldOfTwo()
})

describe('accepting a component', () => {
  beforeEach(async () => {
    await asked(compose())
  })

  it('binds this bundle version, this offer version and this amount; again it changes nothing', async () => {
    expect(await asked(accept())).toMatchObject([{ type: 'ComponentAccepted', data: part }])
    expect(await asked(accept())).toEqual([])
  })

  it.each<[string, Partial<typeof part>, string]>([
    ['bundle version', { bundleVersion: 2 }, 'bundleVersion'],
    ['offer version', { offerVersion: 2 }, 'offerVersion'],
    ['amount', { amount: 19_999 }, 'amount'],
  ])('of another %s is refused', async (_, changes, field) => {
    await expect(asked(accept(changes))).rejects.toMatchObject(refusal('VERSION_CHANGED', field))
  })

  it('is for its partner, and a component that is there', async () => {
    await expect(asked(accept({ partnerId: other }))).rejects.toMatchObject(
      refusal('NOT_ALLOWED', 'partnerId'),
    )
    await expect(asked(accept({ component: 3 }))).rejects.toMatchObject(refusal('NOT_FOUND', 'component'))
    await expect(world.when(bundle, idOf('bundle', 9), accept())).rejects.toMatchObject(refusal('NOT_FOUND'))
  })

  it('and declining may follow each other until the launch', async () => {
    expect(await asked(decline)).toMatchObject([{ type: 'ComponentDeclined', data: { reason: 'Too cheap' } }])
    expect(await asked(decline)).toEqual([])
    expect(await asked(accept())).toHaveLength(1)
    expect(await asked(decline)).toHaveLength(1)
    expect(state()).toMatchObject({ accepted: [], declined: [1] })
    await asked(accept())
    await asked(accept(second))
    await asked(launch())
    await expect(asked(decline)).rejects.toMatchObject(refusal('WRONG_STATE'))
  })

  it('is over once the bundle is retired', async () => {
    await asked(retire)
    await expect(asked(accept())).rejects.toMatchObject(refusal('WRONG_STATE'))
  })
})

describe('launching', () => {
  beforeEach(async () => {
    await asked(compose())
  })

  it('needs every component accepted, and names those that are not', async () => {
    await asked(accept())
    await expect(asked(launch())).rejects.toMatchObject({
      ...refusal('COMPONENT_NOT_ACCEPTED', 'version'),
      details: { components: '2' },
    })
    await asked(accept(second))
    expect(await asked(launch())).toMatchObject([{ type: 'BundleLaunched', data: { version: 1 } }])
    expect(await asked(launch())).toEqual([])
    expect(launched(state())?.version).toBe(1)
  })

  it('is of the latest version, of a bundle that is there and not retired', async () => {
    await expect(asked(launch(2))).rejects.toMatchObject(refusal('VERSION_CHANGED', 'version'))
    await asked(retire)
    await expect(asked(launch())).rejects.toMatchObject(refusal('WRONG_STATE'))
    await expect(world.when(bundle, idOf('bundle', 9), launch())).rejects.toMatchObject(refusal('NOT_FOUND'))
  })
})

const launchFirst = async (): Promise<void> => {
  await asked(compose())
  await asked(accept())
  await asked(accept(second))
  await asked(launch())
}

describe('revising', () => {
  it('is a draft that has to be accepted anew; the launched version sells on', async () => {
    await launchFirst()
    expect(await asked(revise(1))).toMatchObject([
      { type: 'BundleRevised', data: { version: 2, price: 50_000 } },
    ])
    expect(await asked(revise(1))).toEqual([])
    expect(state()).toMatchObject({ accepted: [], status: 'LAUNCHED' })
    expect(launched(state())?.version).toBe(1)
    await expect(asked(launch(2))).rejects.toMatchObject(refusal('COMPONENT_NOT_ACCEPTED', 'version'))
  })

  it('is for who composed it, in its community, from the version it was made from', async () => {
    await asked(compose())
    await expect(asked(revise(1, { composedBy: ids.partner }))).rejects.toMatchObject(
      refusal('NOT_ALLOWED', 'composedBy'),
    )
    await expect(asked(revise(1, { communityId: idOf('community', 2) }))).rejects.toMatchObject(
      refusal('NOT_ALLOWED', 'communityId'),
    )
    await expect(asked(revise(2))).rejects.toMatchObject({
      ...refusal('VERSION_CHANGED', 'expectedVersion'),
      details: { version: 1 },
    })
    await asked(retire)
    await expect(asked(revise(1))).rejects.toMatchObject(refusal('WRONG_STATE'))
  })

  it('keeps the launched version however many drafts follow', async () => {
    await launchFirst()
    for (let version = 1; version <= 60; version += 1) await asked(revise(version, { price: version }))
    expect(launched(state())?.version).toBe(1)
    expect(state().versions).toHaveLength(51)
  })
})

describe('retiring', () => {
  it('is done once, of what is there', async () => {
    await expect(asked(retire)).rejects.toMatchObject(refusal('NOT_FOUND'))
    await launchFirst()
    expect(await asked(retire)).toHaveLength(1)
    expect(await asked(retire)).toEqual([])
    expect(launched(state())).toBeNull()
  })
})
