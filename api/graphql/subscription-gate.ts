/** How many streams are open, and for whom. */
import type { ApiLimits } from '../services.ts'
import { RequestError } from './request-error.ts'

export interface SubscriptionGate {
  readonly open: number
  /** Looks whether one more may be opened now, before an answer has begun. @throws {RequestError} THROTTLED */
  check(subject: string): void
  /** Counts one in; what it answers counts it out again. @throws {RequestError} THROTTLED */
  enter(subject: string): () => void
}

export const createSubscriptionGate = (limits: ApiLimits['subscriptions']): SubscriptionGate => {
  const bySubject = new Map<string, number>()
  let open = 0
  const heldBy = (subject: string): number => bySubject.get(subject) ?? 0
  const check = (subject: string): void => {
    const held = heldBy(subject)
    if (held >= limits.perSubject)
      throw new RequestError('THROTTLED', `${held} streams are open for you already. Close one first.`, {
        retryAfterMs: 1_000,
      })
    if (open >= limits.inAll)
      throw new RequestError('THROTTLED', 'As many streams are open as there may be. Try again later.', {
        retryAfterMs: 1_000,
      })
  }
  return {
    get open() {
      return open
    },
    check,
    enter(subject) {
      check(subject)
      bySubject.set(subject, heldBy(subject) + 1)
      open += 1
      let left = false
      return () => {
        if (left) return
        left = true
        open -= 1
        const rest = heldBy(subject) - 1
        if (rest === 0) bySubject.delete(subject)
        else bySubject.set(subject, rest)
      }
    },
  }
}
