/** `GET /exports/ID`: the file of an export, to who asked for it. */
import { pipeline } from 'node:stream/promises'
import type { Express } from 'express'
import type { Authenticate } from '../auth/authenticate.ts'
import { mayFetch } from '../auth/export-access.ts'
import { RequestError } from '../graphql/request-error.ts'
import type { Services } from '../services.ts'

const types = { CSV: 'text/csv; charset=utf-8', JSONL: 'application/x-ndjson; charset=utf-8' } as const

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'

export const addExports = (
  app: Express,
  { services, authenticate }: { readonly services: Services; readonly authenticate: Authenticate },
): void => {
  app.get('/exports/:id', async (request, response) => {
    const principal = await authenticate(request.headers.authorization)
    if (principal === null) throw new RequestError('UNAUTHENTICATED', 'Sign in first.')
    const found = await services.exports.find(String(request.params.id))
    // What is somebody else's answers as what is not there.
    if (found === null || found.request.subject !== principal.subject)
      throw new RequestError('NOT_FOUND', 'There is no such export of yours.')
    if (!mayFetch(found.request, principal))
      throw new RequestError('FORBIDDEN', 'You may not see all of it any more. Ask for a new export.')
    const { id, format, list } = found.request
    const file = found.state === 'DONE' ? await services.exports.open(id) : null
    if (file === null)
      throw new RequestError('NOT_FOUND', `There is no file of this export: it is ${found.state}.`)
    response.status(200).set({
      'content-type': types[format],
      'content-length': String(file.bytes),
      'content-disposition': `attachment; filename="${list.kind.toLowerCase()}-${id}.${format.toLowerCase()}"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    })
    try {
      await pipeline(file.stream, response)
    } catch (error) {
      // The client went away: nobody is left to be told.
      if (!isGone(error)) services.log.error({ error }, 'the file of an export could not be sent')
    }
  })
}
