/** The body of a request, never more of it than is allowed: by its announced length, and by the bytes that come. */
import type { IncomingMessage } from 'node:http'
import { RequestError } from '../graphql/request-error.ts'

const tooLarge = (limit: number): RequestError =>
  new RequestError('BODY_TOO_LARGE', `The body is larger than ${limit} bytes. Send less at once.`, { limit })

const digits = /^\d{1,15}$/

/** The client went away, or was too slow: nobody reads the answer, and no record of it is due. */
const endedEarly = (): RequestError =>
  new RequestError('BAD_REQUEST', 'The request ended before its body did.')

/** @throws (rejects) {RequestError} BODY_TOO_LARGE | BAD_REQUEST */
export const readBody = (request: IncomingMessage, limit: number): Promise<Buffer> => {
  const announced = request.headers['content-length']
  if (announced !== undefined) {
    if (!digits.test(announced))
      return Promise.reject(
        new RequestError('BAD_REQUEST', 'The header Content-Length is no number of bytes.'),
      )
    if (Number(announced) > limit) return Promise.reject(tooLarge(limit))
  }
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > limit) {
      // What still comes is not kept; the connection is closed with the answer.
      chunks.length = 0
      reject(tooLarge(limit))
    } else chunks.push(chunk)
  })
  request.on('end', () => {
    const [only] = chunks
    resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks))
  })
  request.on('error', () => reject(endedEarly()))
  request.on('close', () => {
    // Errors are dear to make, and nearly every request ends well.
    if (!request.complete) reject(endedEarly())
  })
  return promise
}
