import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DocumentStore, Generation } from '../../projections/documents.ts'
import { buildLease, LeaseLost } from '../../projections/leases.ts'
import { at, type DocumentStoreHarness, put, specOf } from './document-store.kit.ts'

export const leasesContract = (harness: DocumentStoreHarness): void => {
  describe('leases', () => {
    let store: DocumentStore
    let other: DocumentStore
    let dispose: () => Promise<void>
    beforeEach(async () => {
      const opened = await harness.open()
      ;({ store, dispose } = opened)
      other = await opened.another()
    })
    afterEach(async () => {
      await store.close()
      await other.close()
      await dispose()
    })

    const liveWith = async (partitions = 1): Promise<readonly [Generation, Generation]> => {
      await store.publish(await store.begin(specOf('view'), { partitions }))
      const [ours, theirs] = [await store.live('view'), await other.live('view')]
      if (!ours || !theirs) throw new Error('Nothing is live.')
      return [ours, theirs]
    }

    it('gives a lease to one of two who claim it, with a token that grows', async () => {
      expect(await store.leases.state('work')).toEqual({ owner: null, token: 0 })
      expect(await store.leases.claim('work', 'ann', 0)).toBe(1)
      expect(await other.leases.claim('work', 'bob', 0)).toBeNull()
      expect(await other.leases.state('work')).toEqual({ owner: 'ann', token: 1 })
      expect(await other.leases.claim('work', 'bob', 1)).toBe(2)
      await store.leases.release('work', 1)
      expect(await store.leases.state('work')).toEqual({ owner: 'bob', token: 2 })
      await other.leases.release('work', 2)
      expect(await store.leases.state('work')).toEqual({ owner: null, token: 2 })
      expect(await store.leases.claim('work', 'ann', 2)).toBe(3)
    })

    it('shows who beats, as what, and how often; who left is gone with what it held by name', async () => {
      await store.leases.beat('ann', 'projector')
      await store.leases.beat('ann', 'projector')
      await other.leases.beat('bob', 'worker')
      await store.leases.claim('work', 'ann', 0)
      const seen = async () =>
        (await other.leases.owners())
          .map(({ owner, role, beats }) => ({ owner, role, beats }))
          .sort((a, b) => (a.owner < b.owner ? -1 : 1))
      expect(await seen()).toEqual([
        { owner: 'ann', role: 'projector', beats: 2 },
        { owner: 'bob', role: 'worker', beats: 1 },
      ])
      await store.leases.leave('ann')
      expect(await seen()).toEqual([{ owner: 'bob', role: 'worker', beats: 1 }])
      expect(await other.leases.state('work')).toEqual({ owner: null, token: 1 })
    })

    it('takes no owner of a running process for one that is gone', async () => {
      const owner = store.leases.nameOwner()
      expect(owner).not.toBe(store.leases.nameOwner())
      await store.leases.beat(owner, 'projector')
      expect(await other.leases.owners()).toEqual([{ owner, role: 'projector', beats: 1, isGone: false }])
      await other.sweep()
      expect(await other.leases.owners()).toHaveLength(1)
    })

    it('refuses a write, a parking and a checkpoint of whoever was superseded, and nothing is changed by it', async () => {
      const [ours, theirs] = await liveWith()
      const stale = { partition: 0, token: (await ours.claim(0, 'ann', 0)) ?? -1 }
      await ours.write([[put('k', 1, { amount: 1 })]], at(1), stale)
      const fresh = { partition: 0, token: (await theirs.claim(0, 'bob', stale.token)) ?? -1 }
      await theirs.load('things', ['k', 'new'], fresh)
      await expect(
        ours.write([[put('k', 2, { amount: 2 }), put('new', 2, {})]], at(2), stale),
      ).rejects.toThrow(LeaseLost)
      const stream = {
        projection: 'view',
        stream: 'thing-1',
        event: 'thing-1@3',
        position: '3',
        reason: 'why',
        at: '2026-01-01T00:00:00.000Z',
        collections: ['things'],
      }
      await expect(ours.park(stream, stale)).rejects.toThrow(LeaseLost)
      await expect(ours.write([], at(9))).rejects.toThrow(LeaseLost)
      expect(await theirs.get('things', 'k')).toMatchObject({ document: { amount: 1 } })
      expect(await theirs.get('things', 'new')).toBeUndefined()
      expect(await theirs.parked()).toEqual([])
      expect(await theirs.checkpoint()).toEqual(at(1))
      await theirs.write([[put('k', 2, { amount: 3 })]], at(2), fresh)
      expect(await ours.get('things', 'k')).toMatchObject({ document: { amount: 3 } })
      expect(await ours.leases()).toEqual([{ owner: 'bob', token: 2 }])
    })

    it('lets nobody write to a partition that another holds, while others are free to be claimed', async () => {
      const [ours, theirs] = await liveWith(2)
      const first = { partition: 0, token: (await ours.claim(0, 'ann', 0)) ?? -1 }
      const second = { partition: 1, token: (await theirs.claim(1, 'bob', 0)) ?? -1 }
      await ours.write([[put('a', 5, { amount: 1 })]], at(5), first)
      expect(await ours.checkpoint()).toBeNull()
      await theirs.write([[put('b', 3, { amount: 2 })]], at(3), second)
      expect(await ours.checkpoints()).toEqual([at(5), at(3)])
      expect(await ours.checkpoint()).toEqual(at(3))
      await ours.release(first)
      expect(await theirs.leases()).toEqual([
        { owner: null, token: 1 },
        { owner: 'bob', token: 1 },
      ])
      expect(await theirs.claim(0, 'bob', 0)).toBeNull()
      expect(await theirs.claim(0, 'bob', 1)).toBe(2)
    })

    it('keeps parked streams by partition, and tells each stream once: the first place, all collections', async () => {
      const [ours] = await liveWith(2)
      const parked = (position: string, collection: string) => ({
        projection: 'view',
        stream: 'thing-1',
        event: `thing-1@${position}`,
        position,
        reason: 'why',
        at: '2026-01-01T00:00:00.000Z',
        collections: [collection],
      })
      await ours.park(parked('7', 'things'), { partition: 0, token: 0 })
      await ours.park(parked('5', 'others'), { partition: 1, token: 0 })
      expect(await ours.parked(0)).toEqual([parked('7', 'things')])
      expect(await ours.parked(1)).toEqual([parked('5', 'others')])
      expect(await ours.parked()).toEqual([{ ...parked('5', 'others'), collections: ['others', 'things'] }])
    })

    it('publishes for the builder that holds the lease, and for no older one', async () => {
      const lease = buildLease('view')
      const [mine, theirs] = [await store.begin(specOf('view')), await other.begin(specOf('view'))]
      const stale = (await store.leases.claim(lease, 'ann', 0)) ?? -1
      const fresh = (await other.leases.claim(lease, 'bob', stale)) ?? -1
      await expect(store.publish(mine, stale)).rejects.toThrow(LeaseLost)
      expect(await store.live('view')).toBeNull()
      await other.publish(theirs, fresh)
      expect((await store.live('view'))?.id).toBe(theirs.id)
    })

    it('never lets readers of any partition go back', async () => {
      const [ours] = await liveWith(2)
      await ours.write([], at(9), { partition: 0, token: 0 })
      await ours.write([], at(5), { partition: 1, token: 0 })
      const next = await store.begin(specOf('view'))
      await next.write([], at(7))
      await expect(store.publish(next)).rejects.toThrow('Catch up before publishing')
      await next.write([], at(9))
      await store.publish(next)
    })

    it.each([0, 65, 1.5])('begins no generation with %d partitions', async (partitions) => {
      await expect(store.begin(specOf('view'), { partitions })).rejects.toThrow('1 to 64 partitions')
    })
  })
}
