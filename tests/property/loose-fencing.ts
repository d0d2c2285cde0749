/**
 * A document store that fences as an engine without transactions across documents can: see the port, documents.ts. The
 * lease is compared with each document and with the checkpoint, one after the other, never with all of them at once.
 */
import { setImmediate } from 'node:timers/promises'
import type { Checkpoint, DocumentStore, Generation } from '../../projections/documents.ts'
import { LeaseLost, unclaimed } from '../../projections/leases.ts'
import type { Chance } from './projection-crash.ts'

const beginning: Checkpoint = {
  epoch: '',
  position: null,
  event: null,
  recordedAt: null,
  scanned: 0,
}

const loose = (inner: Generation, marks: Map<string, number>, chance: Chance): Generation => {
  /** What the way to an engine takes: others come first, or not. */
  const travel = async (): Promise<void> => {
    for (let turns = chance(6); turns > 0; turns--) await setImmediate()
  }
  const tokenOf = async (partition: number): Promise<number> => (await inner.leases())[partition]?.token ?? 0
  const changes: Partial<Generation> = {
    load: async (collection, keys, hold = unclaimed) => {
      await travel()
      for (const key of keys) {
        const name = `${collection} ${key}`
        marks.set(name, Math.max(marks.get(name) ?? 0, hold.token))
      }
      return inner.load(collection, keys)
    },
    write: async (stages, checkpoint, hold = unclaimed) => {
      const { partition, token } = hold
      const current = async () => ({ partition, token: await tokenOf(partition) })
      const lost = async () => new LeaseLost(inner.id, token, await tokenOf(partition))
      for (const stage of stages) {
        await travel()
        const allowed = stage.filter(
          ({ collection, key }) => (marks.get(`${collection} ${key}`) ?? 0) <= token,
        )
        for (const { collection, key } of allowed) marks.set(`${collection} ${key}`, token)
        const before = (await inner.checkpoints())[partition] ?? { ...beginning, epoch: checkpoint.epoch }
        await inner.write([allowed], before, await current())
        if (allowed.length < stage.length) throw await lost()
      }
      await travel()
      if ((await tokenOf(partition)) !== token) throw await lost()
      await inner.write([], checkpoint, hold)
    },
  }
  return new Proxy(inner, {
    get: (target, property) => {
      if (property in changes) return Reflect.get(changes, property)
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

export const looselyFenced = (store: DocumentStore, chance: Chance): DocumentStore => {
  /** The newest token that each document was loaded or written with. */
  const marks = new Map<string, number>()
  return {
    ...store,
    live: async (projection) => {
      const live = await store.live(projection)
      return live && loose(live, marks, chance)
    },
  }
}
