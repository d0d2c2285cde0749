/** Writes answers to node's responses: errors of a request, and what Yoga answers, streams included. */
import type { ServerResponse } from 'node:http'
import { isRecord } from '../graphql/input-value.ts'
import type { RequestError } from '../graphql/request-error.ts'

export const sendText = (
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void => {
  if (response.destroyed || response.headersSent) return
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

const headersOf = (error: RequestError): Readonly<Record<string, string>> => {
  const http: unknown = error.extensions.http
  const headers = isRecord(http) ? http.headers : undefined
  if (!isRecord(headers)) return {}
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

/** An error before GraphQL was reached, in the form that GraphQL's errors have. */
export const sendRequestError = (response: ServerResponse, error: RequestError): void => {
  const { http: _, ...extensions } = error.extensions
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...headersOf(error),
  }
  // The rest of a body that is too large is not waited for.
  if (error.code === 'BODY_TOO_LARGE') headers.connection = 'close'
  sendText(
    response,
    error.status,
    headers,
    JSON.stringify({ errors: [{ message: error.message, extensions }] }),
  )
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })

const sendStream = async (response: ServerResponse, body: ReadableStream<Uint8Array>): Promise<void> => {
  const reader = body.getReader()
  const stop = () => void reader.cancel().catch(() => undefined)
  response.on('close', stop)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || response.destroyed) break
      if (!response.write(value)) await drained(response)
    }
  } finally {
    response.off('close', stop)
    stop()
    response.end()
  }
}

/** What Yoga answers, as it is. A stream goes out as it comes, and ends where the client goes away. */
export const sendResponse = async (response: ServerResponse, answer: Response): Promise<void> => {
  const headers: Record<string, string> = {}
  answer.headers.forEach((value, name) => {
    headers[name.toLowerCase()] = value
  })
  if (headers['content-type']?.startsWith('text/event-stream') && answer.body !== null) {
    response.writeHead(answer.status, headers)
    response.flushHeaders()
    await sendStream(response, answer.body)
    return
  }
  sendText(response, answer.status, headers, await answer.text())
}
