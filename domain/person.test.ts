import { beforeEach, describe, expect, it } from 'vitest'
import { givenPerson, sealed } from '../tests/support/ecosystem.ts'
import { idOf, refusal, World } from '../tests/support/world.ts'
import { mostVisitors, type PersonCommand, person } from './person.ts'

const personId = idOf('person')
const visitorId = idOf('visitor')
const register = { type: 'RegisterPerson', personId, guest: false } as const
const erase = { type: 'ErasePerson', reason: 'Asked for it' } as const

let world: World
const asked = (command: PersonCommand) => world.when(person, personId, command)
beforeEach(() => {
  world = new World()
})

describe('registering a person', () => {
  it('again changes nothing', async () => {
    expect(await asked(register)).toEqual([{ type: 'PersonRegistered', data: { personId, guest: false } }])
    expect(await asked(register)).toEqual([])
  })

  it('makes a guest known, and never a guest of who is known', async () => {
    await asked({ ...register, guest: true })
    expect(await asked({ ...register, guest: true })).toEqual([])
    expect(await asked(register)).toHaveLength(1)
    expect(await asked({ ...register, guest: true })).toEqual([])
    expect(world.state(person, personId).guest).toBe(false)
  })
})

describe('a visitor', () => {
  it('turns out to be a person once', async () => {
    givenPerson(world, personId)
    expect(await asked({ type: 'IdentifyVisitor', visitorId })).toHaveLength(1)
    expect(await asked({ type: 'IdentifyVisitor', visitorId })).toEqual([])
    expect(world.state(person, personId).visitors).toEqual([visitorId])
  })

  it('is one of a thousand at most', async () => {
    givenPerson(world, personId)
    for (let number = 1; number <= mostVisitors; number += 1)
      world.given(person, personId, {
        type: 'VisitorIdentified',
        data: { personId, visitorId: idOf('visitor', number) },
      })
    await expect(
      asked({ type: 'IdentifyVisitor', visitorId: idOf('visitor', mostVisitors + 1) }),
    ).rejects.toMatchObject(refusal('CONFLICT'))
  })
})

const others: readonly PersonCommand[] = [
  { type: 'IdentifyVisitor', visitorId },
  { type: 'SetPersonPayee', details: sealed },
]

describe('a person', () => {
  it.each([...others, erase])('who is not there takes no $type', async (command) => {
    await expect(asked(command)).rejects.toMatchObject(refusal('NOT_FOUND'))
  })

  it.each([...others, erase])('takes $type once: the same again changes nothing', async (command) => {
    givenPerson(world, personId)
    expect(await asked(command)).toHaveLength(1)
    expect(await asked(command)).toEqual([])
  })

  it.each([...others, register])('who was erased takes no $type', async (command) => {
    givenPerson(world, personId)
    await asked(erase)
    await expect(asked(command)).rejects.toMatchObject(refusal('WRONG_STATE'))
  })
})
