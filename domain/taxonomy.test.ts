import { beforeEach, describe, expect, it } from 'vitest'
import { givenCategory } from '../tests/support/ecosystem.ts'
import { refusal, World } from '../tests/support/world.ts'
import { ancestors, closureOf, mostLevels, taxonomy } from './taxonomy.ts'

const define = (code: string, parent: string | null = null) =>
  ({ type: 'DefineCategory', code, parent, names: { en: code } }) as const

let world: World
beforeEach(() => {
  world = new World()
})

describe('defining a category', () => {
  it('puts it at a root, or under a category that is there', async () => {
    expect(await world.when(taxonomy, 'home', define('home'))).toEqual([
      { type: 'CategoryDefined', data: { code: 'home', parent: null, names: { en: 'home' } } },
    ])
    expect(await world.when(taxonomy, 'chairs', define('chairs', 'home'))).toHaveLength(1)
    expect(world.state(taxonomy, 'chairs').parent).toBe('home')
  })

  it('again renames or moves it; the same again changes nothing', async () => {
    givenCategory(world, 'home')
    givenCategory(world, 'chairs')
    expect(await world.when(taxonomy, 'chairs', define('chairs'))).toEqual([])
    expect(await world.when(taxonomy, 'chairs', define('chairs', 'home'))).toHaveLength(1)
  })

  it('needs its parent, not retired', async () => {
    await expect(world.when(taxonomy, 'a', define('a', 'nowhere'))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'parent'),
    )
    givenCategory(world, 'old').given(taxonomy, 'old', {
      type: 'CategoryRetired',
      data: { code: 'old', reason: 'Gone' },
    })
    await expect(world.when(taxonomy, 'a', define('a', 'old'))).rejects.toMatchObject(
      refusal('WRONG_STATE', 'parent'),
    )
  })

  it('never puts it above itself', async () => {
    givenCategory(world, 'a')
    givenCategory(world, 'b', 'a')
    givenCategory(world, 'c', 'b')
    await expect(world.when(taxonomy, 'a', define('a', 'a'))).rejects.toMatchObject(
      refusal('INVALID', 'parent'),
    )
    await expect(world.when(taxonomy, 'a', define('a', 'c'))).rejects.toMatchObject(
      refusal('INVALID', 'parent'),
    )
  })

  it('takes no parent that is itself and unknown', async () => {
    await expect(world.when(taxonomy, 'a', define('a', 'a'))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'parent'),
    )
  })

  it(`goes ${mostLevels} levels deep and no deeper`, async () => {
    givenCategory(world, 'level1')
    for (let level = 2; level <= mostLevels; level += 1)
      await world.when(taxonomy, `level${level}`, define(`level${level}`, `level${level - 1}`))
    await expect(
      world.when(taxonomy, 'deeper', define('deeper', `level${mostLevels}`)),
    ).rejects.toMatchObject(refusal('INVALID', 'parent'))
  })

  it('takes codes that can name a stream', async () => {
    await expect(world.when(taxonomy, 'móveis', define('móveis'))).rejects.toMatchObject(
      refusal('INVALID', 'code'),
    )
  })
})

describe('retiring a category', () => {
  it('ends it; again changes nothing, and it is not defined anew', async () => {
    givenCategory(world, 'a')
    expect(await world.when(taxonomy, 'a', { type: 'RetireCategory', reason: 'Empty' })).toHaveLength(1)
    expect(await world.when(taxonomy, 'a', { type: 'RetireCategory', reason: 'Empty' })).toEqual([])
    await expect(world.when(taxonomy, 'a', define('a'))).rejects.toMatchObject(refusal('WRONG_STATE'))
  })

  it('needs one that is there', async () => {
    await expect(
      world.when(taxonomy, 'a', { type: 'RetireCategory', reason: 'Empty' }),
    ).rejects.toMatchObject(refusal('NOT_FOUND'))
  })
})

describe('the path of a category', () => {
  beforeEach(() => {
    givenCategory(world, 'a')
    givenCategory(world, 'b', 'a')
    givenCategory(world, 'c', 'b')
  })

  it('goes from it to its root', async () => {
    expect(ancestors('c', world.look)).toEqual(['c', 'b', 'a'])
    expect(ancestors('unknown', world.look)).toEqual(['unknown'])
  })

  it('ends where two moves at once made a circle', async () => {
    givenCategory(world, 'a', 'c')
    expect(ancestors('c', world.look)).toEqual(['c', 'b', 'a'])
  })

  it('makes interests hold for all that is above them', async () => {
    givenCategory(world, 'd', 'a')
    expect(closureOf(['c', 'd', 'x'], world.look)).toEqual(new Set(['c', 'b', 'a', 'd', 'x']))
  })
})
