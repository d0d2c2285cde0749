/** Somebody's server that webhooks lead to, on a port of its own. */
import { createServer } from 'node:http'

export interface Received {
  readonly id: string
  readonly type: string
  readonly body: string
  readonly headers: Record<string, string>
}

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** What is answered to the next calls; then 204. */
  readonly answers: number[]
  stop(): Promise<void>
}

export const startReceiver = async (): Promise<Receiver> => {
  const received: Received[] = []
  const answers: number[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    )
    received.push({ id: headers['webhook-id'] ?? '', type: JSON.parse(body).type, body, headers })
    response.writeHead(answers.shift() ?? 204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The receiver has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    received,
    answers,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
