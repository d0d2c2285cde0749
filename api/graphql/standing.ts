/** Whether a subscriber may still listen: asked again while the stream is open, and when the token ends. */
import type { GraphQLResolveInfo } from 'graphql'
import type { Reach } from '../auth/reach.ts'
import type { ApiContext } from './context.ts'
import { reachIn } from './guard.ts'

/** Resolves to what the subscriber may see now. @throws (rejects) {RequestError} UNAUTHENTICATED | FORBIDDEN */
export type StillReaches = () => Promise<Reach>

export const standingOf = (context: ApiContext, info: GraphQLResolveInfo): StillReaches => {
  const { clock, limits } = context.services
  let reach = reachIn(context, info)
  let askedAt = clock.now()
  return async () => {
    const now = clock.now()
    if (now - askedAt < limits.subscriptions.recheckMs) return reach
    const principal = await context.authenticate(context.authorization)
    reach = reachIn({ ...context, principal }, info)
    askedAt = now
    return reach
  }
}
