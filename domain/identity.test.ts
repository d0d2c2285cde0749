import { beforeEach, expect, it } from 'vitest'
import { sealed } from '../tests/support/ecosystem.ts'
import { refusal, World } from '../tests/support/world.ts'
import { type IdentityCommand, identity } from './identity.ts'

const id = 'a'.repeat(64)
const claim = { type: 'ClaimIdentity', person: sealed } as const
const release = { type: 'ReleaseIdentity', reason: 'Lost the login' } as const

let world: World
const asked = (command: IdentityCommand) => world.when(identity, id, command)
beforeEach(() => {
  world = new World()
})

it('an identity belongs to who claimed it first', async () => {
  expect(await asked(claim)).toHaveLength(1)
  await expect(asked({ ...claim, person: { ...sealed, subject: 'key-2' } })).rejects.toMatchObject(
    refusal('TAKEN'),
  )
})

it('claimed again by the same person, sealed anew, it changes nothing', async () => {
  await asked(claim)
  expect(await asked({ ...claim, person: { ...sealed, text: 'BBBB' } })).toEqual([])
})

it('released, it may be claimed anew by anybody', async () => {
  await asked(claim)
  expect(await asked(release)).toHaveLength(1)
  expect(await asked(release)).toEqual([])
  expect(await asked({ ...claim, person: { ...sealed, subject: 'key-2' } })).toHaveLength(1)
})

it('never claimed, it cannot be released', async () => {
  await expect(asked(release)).rejects.toMatchObject(refusal('NOT_FOUND'))
})
