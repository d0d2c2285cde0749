import { beforeEach, describe, expect, it } from 'vitest'
import { LeaseKeeper, leaseByName } from './lease-keeper.ts'
import type { Leases } from './leases.ts'
import { createMemoryLeases } from './memory/leases.ts'

describe('a keeper of leases', () => {
  let now = 0
  let leases: Leases
  beforeEach(() => {
    now = 0
    leases = createMemoryLeases()
  })
  const keeper = (owner: string, role = 'projector') =>
    new LeaseKeeper({ leases, role, owner, leaseMs: 100, now: () => now })

  it('leaves the lease of another who beats, however long it has had it', async () => {
    const [ann, bob] = [keeper('ann'), keeper('bob')]
    await ann.beat()
    expect(await ann.claim(leaseByName(leases, 'work'))).toBe(1)
    for (; now < 1_000; now += 20) {
      await ann.beat()
      await bob.beat()
      expect(await bob.claim(leaseByName(leases, 'work'))).toBeNull()
    }
  })

  it('claims once the owner stood still for the time of a lease, seen by its own clock', async () => {
    const [ann, bob] = [keeper('ann'), keeper('bob')]
    await ann.beat()
    await ann.claim(leaseByName(leases, 'work'))
    now = 1_000_000
    await bob.beat()
    for (let waited = 0; waited < 100; waited += 20, now += 20) {
      expect(await bob.claim(leaseByName(leases, 'work'))).toBeNull()
      await bob.beat()
    }
    expect(bob.peers).toBe(1)
    expect(await bob.claim(leaseByName(leases, 'work'))).toBe(2)
  })

  it('watches the others anew after it stood still itself', async () => {
    const [ann, bob] = [keeper('ann'), keeper('bob')]
    await ann.beat()
    await ann.claim(leaseByName(leases, 'work'))
    await bob.beat()
    now += 500
    await bob.beat()
    expect(await bob.claim(leaseByName(leases, 'work'))).toBeNull()
  })

  it('claims at once what was of an owner that left, or never was one', async () => {
    const [ann, bob] = [keeper('ann'), keeper('bob')]
    await ann.start()
    await bob.beat()
    await leases.claim('ghostly', 'nobody', 0)
    expect(await bob.claim(leaseByName(leases, 'ghostly'))).toBe(2)
    await ann.claim(leaseByName(leases, 'work'))
    await ann.stop()
    expect(await bob.claim(leaseByName(leases, 'work'))).toBe(2)
  })

  it('claims its own again, with a newer token', async () => {
    const ann = keeper('ann')
    await ann.beat()
    expect(await ann.claim(leaseByName(leases, 'work'))).toBe(1)
    expect(await ann.claim(leaseByName(leases, 'work'))).toBe(2)
  })

  it('counts its peers: those of its role that live', async () => {
    const [ann, bob] = [keeper('ann'), keeper('bob')]
    await keeper('ben', 'worker').beat()
    await ann.beat()
    await bob.beat()
    expect([ann.peers, bob.peers]).toEqual([1, 2])
    await ann.beat()
    expect(ann.peers).toBe(2)
  })
})
