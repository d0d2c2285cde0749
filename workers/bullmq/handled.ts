/** What was handled: ids of one queue in a sorted set, by when they were handled. */
import type { Redis } from 'ioredis'
import { handledForMs } from '../queue.ts'
import { together } from './together.ts'

/** Ids in one command. */
const atOnce = 1_000

export interface Handled {
  /** Whether each of these ids is remembered. Rejects as the connection does, as all of these do. */
  among(ids: readonly string[]): Promise<readonly boolean[]>
  has(id: string): Promise<boolean>
  /** Sent before anything that is sent after the present microtask. */
  remember(id: string): Promise<void>
  /** Forgets what was handled too long ago. */
  forget(): Promise<void>
}

export const handledIn = (connection: Redis, key: string): Handled => {
  const among = async (ids: readonly string[]): Promise<readonly boolean[]> => {
    if (ids.length === 0) return []
    const scores = await connection.zmscore(key, ...ids)
    return scores.map((score) => score !== null)
  }
  return {
    among,
    has: together<string, boolean>(atOnce, among),
    remember: together<string, void>(
      atOnce,
      async (ids) => {
        const now = Date.now()
        await connection.zadd(key, ...ids.flatMap((id) => [now, id]))
        return ids.map(() => undefined)
      },
      queueMicrotask,
    ),
    forget: async () => {
      await connection.zremrangebyscore(key, 0, Date.now() - handledForMs)
    },
  }
}
