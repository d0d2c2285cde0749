/** A document store whose engine has no transactions, and whose process dies when it is told to. */
import type { Checkpoint, DocumentStore, DocumentWrite, Generation } from '../../projections/documents.ts'
import { type Hold, unclaimed } from '../../projections/leases.ts'

export class Crash extends Error {
  override readonly name = 'Crash'
}

/** Answers with a number from 0 up to, not including, `below`. */
export type Chance = (below: number) => number

const some = <T>(all: readonly T[], chance: Chance): readonly T[] => all.filter(() => chance(2) === 0)

/**
 * Of each write, one in `oneIn` dies on the way: with some stages whole, some part of the next in any order, and no
 * checkpoint. And sometimes it dies after the checkpoint, before the runner hears of it.
 */
const crashing = (inner: Generation, chance: Chance, oneIn: number): Generation => {
  const die = async (
    stages: readonly (readonly DocumentWrite[])[],
    checkpoint: Checkpoint,
    hold: Hold,
  ): Promise<never> => {
    const whole = chance(stages.length + 2)
    if (whole > stages.length) await inner.write(stages, checkpoint, hold)
    else {
      const before = (await inner.checkpoints())[hold.partition] ?? {
        ...checkpoint,
        position: null,
        event: null,
        recordedAt: null,
        scanned: 0,
      }
      await inner.write([...stages.slice(0, whole), some(stages[whole] ?? [], chance)], before, hold)
    }
    throw new Crash('The process died.')
  }
  return new Proxy(inner, {
    get: (target, property) => {
      if (property === 'write')
        return (
          stages: readonly (readonly DocumentWrite[])[],
          checkpoint: Checkpoint,
          hold: Hold = unclaimed,
        ) => (chance(oneIn) === 0 ? die(stages, checkpoint, hold) : target.write(stages, checkpoint, hold))
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** A store whose live generations crash. `forgets`: their checkpoints are, now and then, those of an earlier day. */
export const frail = (
  store: DocumentStore,
  chance: Chance,
  oneIn: number,
  forgets: boolean,
): DocumentStore => {
  const seen: (readonly (Checkpoint | null)[])[] = []
  return {
    ...store,
    live: async (projection) => {
      const live = await store.live(projection)
      if (!live) return null
      const now = await live.checkpoints()
      seen.push(
        now.map(() => null),
        now,
      )
      const told = forgets && chance(3) === 0 ? (seen[chance(seen.length)] ?? now) : now
      return new Proxy(crashing(live, chance, oneIn), {
        get: (target, property) => {
          if (property === 'checkpoints') return async () => told
          const value: unknown = Reflect.get(target, property, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
}
