import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

/**
 * A port of 127.0.0.1 that nobody listens on, for a server that keeps it over restarts. It lies below those that
 * systems hand out by themselves: while the server is down, no connection elsewhere takes it, and none that is
 * tried to it can meet itself.
 */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(10_000, 32_000)
    if (await isFree(port)) return port
  }
  throw new Error('No free port of 127.0.0.1 was found between 10000 and 32000.')
}
