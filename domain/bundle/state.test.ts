import { beforeEach, describe, expect, it } from 'vitest'
import { accept, chair, compose, launch, retire, second, worldOfTwo } from '../../tests/support/bundles.ts'
import { givenSuspendedPartner, ids, at as instant, offerFacts } from '../../tests/support/ecosystem.ts'
import { idOf, type World } from '../../tests/support/world.ts'
import { bundle } from '../bundle.ts'
import type { OfferFacts } from '../events/catalog-items.ts'
import { offer } from '../offer.ts'
import { partner } from '../partner.ts'
import type { BundleCommand } from './commands.ts'
import { bundleAt, bundleProblem, componentProblem } from './state.ts'

let world: World
const asked = (command: BundleCommand) => world.when(bundle, ids.bundle, command)
const state = () => world.state(bundle, ids.bundle)
beforeEach(() => {
  world = worldOfTwo()
})

describe('placing a bundle', () => {
  const showing = { version: 1, communityId: ids.community, segmentIds: [] }
  const code = (changes: object = {}) => bundleProblem(state(), { ...showing, ...changes })?.code ?? null

  it('needs it launched and not retired, in the version that sells, in its community', async () => {
    await asked(compose())
    expect(code()).toBe('WRONG_STATE')
    await asked(accept())
    await asked(accept(second))
    await asked(launch())
    expect(code()).toBeNull()
    expect(code({ version: 2 })).toBe('VERSION_CHANGED')
    expect(code({ communityId: idOf('community', 2) })).toBe('OFFER_NOT_SHOWN_HERE')
    await asked(retire)
    expect(code()).toBe('WRONG_STATE')
  })

  it('is for members of its segments', () => {
    const segments = [idOf('segment')]
    const version = { ...compose(), version: 1, segments, components: [] }
    const selling = {
      ...state(),
      communityId: ids.community,
      status: 'LAUNCHED' as const,
      launchedVersion: 1,
    }
    const shown = (segmentIds: string[]) =>
      bundleProblem({ ...selling, versions: [version] }, { ...showing, segmentIds })?.code ?? null
    expect([shown([]), shown(segments)]).toEqual(['OFFER_NOT_SHOWN_HERE', null])
  })
})

describe('a component', () => {
  const standing = async (at: World, partnerState = at.state(partner, ids.partner)) => {
    await asked(compose())
    const [first] = bundleAt(state(), 1)?.components ?? []
    if (first === undefined) throw new Error('The bundle has no component.')
    const around = {
      offer: at.state(offer, chair),
      partner: partnerState,
      at: instant,
      communityId: ids.community,
    }
    return componentProblem(first, around)?.code ?? null
  }

  it.each<[string, Partial<OfferFacts>]>([
    ['is not valid then', { validUntil: instant }],
    ['is not shown there', { communities: [idOf('community', 2)] }],
  ])('is unavailable where its offer %s', async (_, changes) => {
    expect(await standing(worldOfTwo(changes))).toBe('COMPONENT_UNAVAILABLE')
  })

  it('is unavailable where its offer changed or was withdrawn, or its partner was suspended', async () => {
    const offerRef = { offerId: chair, partnerId: ids.partner }
    const changed = worldOfTwo().given(offer, chair, {
      type: 'OfferRevised',
      data: { ...offerRef, version: 2, facts: offerFacts(), source: null },
    })
    const withdrawn = worldOfTwo().given(offer, chair, {
      type: 'OfferWithdrawn',
      data: { ...offerRef, at: instant, reason: 'Sold out' },
    })
    for (const around of [changed, withdrawn, givenSuspendedPartner(worldOfTwo())])
      expect(await standing(around)).toBe('COMPONENT_UNAVAILABLE')
  })

  it('is available otherwise; whom its own offer is shown to does not count, the bundle says it', async () => {
    expect(await standing(world)).toBeNull()
    expect(await standing(worldOfTwo({ segments: [idOf('segment')] }))).toBeNull()
  })
})
