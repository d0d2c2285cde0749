/** Follows the feed: pulled by the client, so that nothing piles up here however slowly it reads. */
import type { GraphQLResolveInfo } from 'graphql'
import type { Position } from '../../eventstore/event.ts'
import { type Activity, type ActivityAsked, activityAfter } from '../../projections/queries/activity.ts'
import { readLive } from '../../projections/read-live.ts'
import { activity } from '../../projections/views/activity.ts'
import type { ApiContext } from '../graphql/context.ts'
import { resolvePosition } from '../graphql/position-token.ts'
import { toRequestError } from '../graphql/reading.ts'
import { standingOf } from '../graphql/standing.ts'

/** Read at once. */
const chunk = 50

/** From `after` (a token; null: now) on, until the client goes away. @throws {RequestError} as roles and tokens end */
export const followActivity = async function* (
  context: ApiContext,
  info: GraphQLResolveInfo,
  asked: ActivityAsked,
  after: string | null,
): AsyncGenerator<Activity, void, undefined> {
  const { services, signal, principal, subscriptions } = context
  const { store, documents, views, limits } = services
  const stillReaches = standingOf(context, info)
  const leave = subscriptions.enter(principal?.subject ?? '')
  try {
    let position: Position | null = after === null ? await store.head() : await resolvePosition(store, after)
    while (signal?.aborted !== true) {
      const reach = await stillReaches()
      const head = await store.head()
      if (head !== null) await views.waitFor(head, limits.subscriptions.recheckMs, [activity.name])
      const found = await readLive(documents, activity.name, (reader) =>
        activityAfter(reader, reach, asked, position, chunk),
      )
      for (const happened of found) {
        yield happened
        position = happened.position
      }
      if (found.length < chunk)
        await store.waitForAppend(head, limits.subscriptions.recheckMs, signal ?? undefined)
    }
  } catch (error) {
    throw toRequestError(error)
  } finally {
    leave()
  }
}
