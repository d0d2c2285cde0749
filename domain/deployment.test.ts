import { beforeEach, expect, it } from 'vitest'
import { givenDeployment, ids } from '../tests/support/ecosystem.ts'
import { idOf, refusal, World } from '../tests/support/world.ts'
import { type DeploymentCommand, deployment } from './deployment.ts'

const found = {
  type: 'FoundDeployment',
  deploymentId: ids.deployment,
  ledgerZone: 'UTC',
  currencies: ['BRL', 'EUR'],
} satisfies DeploymentCommand
const root = (letter: string): string => letter.repeat(64)
const seal = (changes: Partial<Extract<DeploymentCommand, { type: 'SealLog' }>> = {}) =>
  ({
    type: 'SealLog',
    from: null,
    through: 'partner-x@3',
    count: 4,
    root: root('a'),
    previousRoot: null,
    keyId: 'seal-1',
    signature: 'AAAA',
    ...changes,
  }) as const
const next = seal({
  from: 'partner-x@3',
  through: 'partner-x@5',
  count: 2,
  root: root('b'),
  previousRoot: root('a'),
})

let world: World
const asked = (command: DeploymentCommand) => world.when(deployment, ids.deployment, command)
beforeEach(() => {
  world = new World()
})

it('a deployment is founded once; the same again changes nothing', async () => {
  expect(await asked(found)).toHaveLength(1)
  expect(await asked({ ...found, currencies: ['EUR', 'BRL'] })).toEqual([])
  await expect(asked({ ...found, deploymentId: idOf('deployment', 2) })).rejects.toMatchObject(
    refusal('TAKEN'),
  )
  await expect(asked({ ...found, currencies: ['BRL'] })).rejects.toMatchObject(refusal('TAKEN'))
})

it('names a zone that is there, and each currency once', async () => {
  await expect(asked({ ...found, ledgerZone: 'Mars/Olympus' })).rejects.toMatchObject(
    refusal('INVALID', 'ledgerZone'),
  )
  await asked({ ...found, currencies: ['BRL', 'EUR', 'BRL'] })
  expect(world.state(deployment, ids.deployment).currencies).toEqual(['BRL', 'EUR'])
})

it('seals chain: each names the root and the last event of the one before', async () => {
  givenDeployment(world)
  expect(await asked(seal())).toHaveLength(1)
  expect(await asked(next)).toHaveLength(1)
  expect(world.state(deployment, ids.deployment)).toMatchObject({ sealed: 6, lastSeal: { root: root('b') } })
})

it('the last seal again changes nothing', async () => {
  givenDeployment(world)
  await asked(seal())
  expect(await asked(seal())).toEqual([])
})

it('a seal that does not chain is refused', async () => {
  await expect(asked(seal())).rejects.toMatchObject(refusal('NOT_FOUND'))
  givenDeployment(world)
  await expect(asked(next)).rejects.toMatchObject(refusal('CONFLICT', 'previousRoot'))
  await asked(seal())
  await expect(asked({ ...next, previousRoot: root('c') })).rejects.toMatchObject(
    refusal('CONFLICT', 'previousRoot'),
  )
  await expect(asked({ ...next, from: 'partner-x@2' })).rejects.toMatchObject(refusal('CONFLICT', 'from'))
})
