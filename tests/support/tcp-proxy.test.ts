import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import { until } from './until.ts'

/** Says everything back, and remembers it. */
let heard = ''
const sockets = new Set<Socket>()
const server = createServer((socket) => {
  sockets.add(socket)
  socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  socket.on('data', (chunk) => {
    heard += String(chunk)
    socket.write(chunk)
  })
})
let proxy: TcpProxy
beforeEach(async () => {
  heard = ''
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  proxy = await startTcpProxy(address.port)
})
afterEach(async () => {
  await proxy.stop()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

interface Client {
  readonly socket: Socket
  /** What came so far. */
  readonly said: () => string
  /** How it ended: an error's code, or `end`. */
  readonly gone: Promise<string>
}

const client = (): Client => {
  const socket = connect(proxy.port, '127.0.0.1')
  let said = ''
  socket.on('data', (chunk) => {
    said += String(chunk)
  })
  const gone = new Promise<string>((resolve) => {
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    socket.on('close', () => resolve('end'))
  })
  return { socket, said: () => said, gone }
}

const echoes = async (one: Client, word: string): Promise<void> => {
  one.socket.write(word)
  await until('the word comes back', () => one.said().endsWith(word))
}

/** Long enough for what is not held back to arrive: a proxy that holds nothing back fails by this. */
const settle = (): Promise<void> => sleep(60)

it('passes on what either side says, and the end of it', async () => {
  const big = 'x'.repeat(3_000_000)
  const { socket } = client()
  socket.end(big)
  socket.removeAllListeners('data')
  expect(await text(socket)).toBe(big)
})

it('cuts all connections, and takes new ones', async () => {
  const one = client()
  await echoes(one, 'before')
  proxy.cut()
  expect(await one.gone).toBe('ECONNRESET')
  await echoes(client(), 'after')
})

it('refuses who connects, leaves who is connected, and listens at the same port afterwards', async () => {
  const one = client()
  await echoes(one, 'one')
  await proxy.refuse()
  expect(await client().gone).toBe('ECONNREFUSED')
  await echoes(one, 'still')
  await proxy.heal()
  await echoes(client(), 'again')
})

it('passes on that the server went away', async () => {
  const one = client()
  await echoes(one, 'one')
  for (const socket of sockets) socket.resetAndDestroy()
  expect(await one.gone).toBe('ECONNRESET')
})

it('delays each byte by as long as it was told, in order, and none any more when told so', async () => {
  const one = client()
  await echoes(one, 'quick')
  const start = performance.now()
  proxy.delay(100)
  await echoes(one, 'late')
  expect(performance.now() - start).toBeGreaterThan(190)
  for (const [turn, word] of ['a', 'b', 'c', 'd'].entries()) {
    proxy.delay(80 - 20 * turn)
    one.socket.write(word)
    await settle()
  }
  await until('all came', () => one.said().endsWith('abcd'))
})

it('takes connections and passes nothing, not even an end, until it heals', async () => {
  const one = client()
  await echoes(one, 'one')
  proxy.blackhole()
  const another = client()
  one.socket.write('lost?')
  another.socket.write('too')
  for (const socket of sockets) socket.destroy()
  await settle()
  expect([one.said(), another.said(), heard, one.socket.closed]).toEqual(['one', '', 'one', false])
  await proxy.heal()
  expect(await one.gone).toMatch(/end|ECONNRESET/)
  await echoes(client(), 'well')
})

it('lets the server do what it is asked, and nobody hear of it', async () => {
  const one = client()
  await echoes(one, 'one')
  proxy.blackhole('answers')
  one.socket.write('done')
  await until('the server heard it', () => heard === 'onedone')
  await settle()
  expect(one.said()).toBe('one')
  await proxy.heal()
  await until('the answer comes', () => one.said() === 'onedone')
})

it('leaves clients with half a connection, which stays silent for ever', async () => {
  const one = client()
  await echoes(one, 'one')
  proxy.halfOpen()
  await until('the server lost it', () => sockets.size === 0)
  one.socket.write('anyone?')
  await proxy.heal()
  await echoes(client(), 'other')
  expect([one.said(), one.socket.closed, heard]).toEqual(['one', false, 'oneother'])
  one.socket.destroy()
  await until('the proxy has let go of it', () => proxy.connections() === 1)
})
