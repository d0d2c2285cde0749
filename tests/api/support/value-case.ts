/** What a test of keys needs of a mutation that moves value, or says where value goes. */
import { done, type Ecosystem, type Input, key, textAt } from './ecosystem.ts'
import type { World } from './world.ts'

export interface Place {
  readonly world: World
  readonly all: Ecosystem
}

export interface Case {
  readonly name: string
  readonly token: (place: Place) => string
  /** One that can be done, without its key. */
  readonly input: (place: Place) => Promise<Input>
  /** What makes it another request. */
  readonly other: Input
}

export const at = '2026-03-02T00:00:00Z'

/** A person whom nobody has heard of yet. */
export const registered = async ({ world, all }: Place): Promise<string> =>
  textAt(
    (await done(world, all.service, 'registerPerson', { key: key() }, 'person { id }')).fields,
    'person',
    'id',
  )
