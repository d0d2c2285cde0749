import { setTimeout as sleep } from 'node:timers/promises'

/** The longest that a condition is waited for, in milliseconds: far past what a loaded machine needs. */
const longest = 60_000

/**
 * Asks again and again until the answer is neither undefined nor false, and gives that. An attempt that throws is one
 * that failed. @throws {Error} when it took too long, with what was awaited and the last failure
 */
export const until = async <T>(
  what: string,
  attempt: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = longest,
): Promise<T> => {
  const end = performance.now() + timeoutMs
  let failure: unknown
  while (performance.now() < end) {
    try {
      const answer = await attempt()
      if (answer !== undefined && answer !== false) return answer
      failure = undefined
    } catch (error) {
      failure = error
    }
    await sleep(20)
  }
  throw new Error(`Waited ${timeoutMs} ms in vain until ${what}.`, { cause: failure })
}
