/** Whether the process lives, and whether it is ready to answer: views built, how far behind, what was set aside. */
import { type Response, Router } from 'express'
import type { Services } from '../services.ts'

const send = (response: Response, status: number, body: object): void => {
  response.status(status).set('cache-control', 'no-store').json(body)
}

/** `GET /health/live`, `GET /health/ready`. Ready: the log answers, and each view came to its head once. */
export const healthRoutes = ({ store, views }: Services): Router => {
  const router = Router()
  router.get('/health/live', (_request, response) => send(response, 200, { live: true }))
  router.get('/health/ready', async (_request, response) => {
    try {
      await store.head()
      const status = await views.status()
      const told = status.map(({ name, state, lagMs, parked, incomplete }) => ({
        name,
        state,
        lagMs,
        parked,
        complete: incomplete.length === 0,
      }))
      send(response, views.isReady ? 200 : 503, { ready: views.isReady, views: told })
    } catch {
      send(response, 503, { ready: false, reason: 'The log does not answer.' })
    }
  })
  return router
}
