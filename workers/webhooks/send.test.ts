import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { type SendOptions, type Sent, send } from './send.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The server has no port.')
  return `http://127.0.0.1:${address.port}/hook`
}
const post = (url: string, options: Partial<SendOptions> = {}): Promise<Sent> =>
  send({ url, headers: { 'webhook-id': 'a' }, body: '{"a":"ä"}' }, { allowPrivate: true, ...options })

it('posts the body with its headers, and answers the status', async () => {
  let got = ''
  const url = await serve(async (request, response) => {
    for await (const chunk of request) got += String(chunk)
    got += ` ${request.method} ${request.url} ${request.headers['webhook-id']}`
    response.writeHead(204).end()
  })
  expect(await post(url)).toEqual({ kind: 'ANSWERED', status: 204 })
  expect(got).toBe('{"a":"ä"} POST /hook a')
})

it('gives up on who does not answer in time, and on who never ends the answer', async () => {
  const silent = await serve(() => undefined)
  expect(await post(silent, { patienceMs: 200 })).toEqual({ kind: 'NO_ANSWER', problem: 'TIMED_OUT' })
  const slow = await serve((_, response) => {
    response.writeHead(200).write('a')
  })
  expect(await post(slow, { patienceMs: 200 })).toEqual({ kind: 'NO_ANSWER', problem: 'TIMED_OUT' })
})

it('reads no more of an answer than it needs', async () => {
  let written = 0
  const url = await serve((_, response) => {
    response.writeHead(200)
    const chunk = Buffer.alloc(64 * 1024)
    const more = () => {
      for (let free = true; free && !response.destroyed; written += chunk.length) free = response.write(chunk)
    }
    response.on('drain', more)
    more()
  })
  expect(await post(url)).toEqual({ kind: 'ANSWERED', status: 200 })
  expect(written).toBeLessThan(50_000_000)
})

it('follows no redirect', async () => {
  let calls = 0
  const inner = await serve((_, response) => {
    calls += 1
    response.end()
  })
  const outer = await serve((_, response) => response.writeHead(307, { location: inner }).end())
  expect(await post(outer)).toEqual({ kind: 'ANSWERED', status: 307 })
  expect(calls).toBe(0)
})

it('says what happened where nobody listens', async () => {
  const url = await serve(() => undefined)
  const [server] = servers.splice(0)
  await new Promise((resolve) => server?.close(resolve))
  expect(await post(url)).toEqual({ kind: 'NO_ANSWER', problem: 'ECONNREFUSED' })
})

it('connects to the address that was checked, whatever the name says later', async () => {
  let host: string | undefined
  const url = new URL(
    await serve((request, response) => {
      host = request.headers.host
      response.end()
    }),
  )
  url.hostname = 'hooks.example.org'
  let lookups = 0
  const resolve = async () => {
    lookups += 1
    return [{ address: '127.0.0.1', family: 4 as const }]
  }
  expect(await post(url.href, { resolve })).toEqual({ kind: 'ANSWERED', status: 200 })
  expect(lookups).toBe(1)
  expect(host).toBe(url.host)
})

it('calls nobody where the address is private', async () => {
  let calls = 0
  const url = await serve((_, response) => {
    calls += 1
    response.end()
  })
  expect(await post(url, { allowPrivate: false })).toMatchObject({ kind: 'REFUSED' })
  const resolve = async () => [{ address: '127.0.0.1', family: 4 as const }]
  const named = url.replace('http:', 'https:').replace('127.0.0.1', 'hooks.example.org')
  expect(await post(named, { allowPrivate: false, resolve })).toMatchObject({ kind: 'REFUSED' })
  expect(calls).toBe(0)
})
