/** How many streams are open, and for whom. */
import type { ApiLimits } from '../services.ts'
import { RequestError } from './request-error.ts'

export interface SubscriptionGate {
  readonly open: number
  /** Counts one in; what it answers counts it out again. @throws {RequestError} THROTTLED */
  enter(subject: string): () => void
}

export const createSubscriptionGate = (limits: ApiLimits['subscriptions']): SubscriptionGate => {
  const bySubject = new Map<string, number>()
  let open = 0
  return {
    get open() {
      return open
    },
    enter(subject) {
      const held = bySubject.get(subject) ?? 0
      if (held >= limits.perSubject || open >= limits.inAll)
        throw new RequestError('THROTTLED', `${held} streams are open for you already. Close one first.`, {
          retryAfterMs: 1_000,
        })
      bySubject.set(subject, held + 1)
      open += 1
      let left = false
      return () => {
        if (left) return
        left = true
        open -= 1
        const rest = (bySubject.get(subject) ?? 1) - 1
        if (rest === 0) bySubject.delete(subject)
        else bySubject.set(subject, rest)
      }
    },
  }
}
