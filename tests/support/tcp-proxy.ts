/**
 * A TCP proxy in front of a server, for faults of networks: what a test tells it, it does to every connection. Faults
 * last until `heal`, and hold for connections that come meanwhile too.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** `requests` flow from clients to the server, `answers` back. */
type Direction = 'requests' | 'answers'

export interface TcpProxy {
  /** Of 127.0.0.1; the same over `refuse` and `heal`. */
  readonly port: number
  /** How many clients are connected. */
  connections(): number
  /** Ends all connections at once, to both sides, as by a reset. New ones are taken. */
  cut(): void
  /** Listens no more: who connects is refused. Connections stay; see `cut`. */
  refuse(): Promise<void>
  /** Each byte takes so many milliseconds longer, in either direction, in order. */
  delay(ms: number): void
  /**
   * Connections are taken and stay, but nothing passes, ends and resets included. What was sent meanwhile arrives after
   * `heal`, as on a network. With `answers`, what clients ask is done, and nobody tells them.
   */
  blackhole(direction?: Direction): void
  /** The server's side of each connection is gone, and its client is never told, not even after `heal`. */
  halfOpen(): void
  /** Ends all faults. */
  heal(): Promise<void>
  stop(): Promise<void>
}

interface Link {
  readonly client: Socket
  readonly server: Socket
  /** The server's side is gone, and the client must not learn of it. */
  isHalf: boolean
}

/** Who waits until nothing is held back in a direction. */
class Gate {
  #opened: Promise<void> | undefined
  #open: () => void = () => {}

  shut(): void {
    if (this.#opened !== undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#opened = promise
    this.#open = resolve
  }

  open(): void {
    this.#open()
    this.#opened = undefined
  }

  async pass(): Promise<void> {
    while (this.#opened !== undefined) await this.#opened
  }
}

/** @param target the server's port on 127.0.0.1 */
export const startTcpProxy = async (target: number): Promise<TcpProxy> => {
  const links = new Set<Link>()
  const gates = { requests: new Gate(), answers: new Gate() }
  let delayMs = 0

  /** Everything of one direction, ends and resets included, one after the other. */
  const flow = (link: Link, from: Socket, to: Socket, direction: Direction): void => {
    let last: Promise<unknown> = Promise.resolve()
    const then = (act: () => void): void => {
      const due = delayMs > 0 ? sleep(delayMs) : undefined
      last = last
        .then(() => due)
        .then(() => gates[direction].pass())
        .then(() => {
          if (!link.isHalf) act()
        })
    }
    from.on('data', (chunk) =>
      then(() => {
        if (to.destroyed || to.write(chunk)) return
        from.pause()
        to.once('drain', () => from.resume())
      }),
    )
    from.once('end', () => then(() => to.end()))
    from.once('close', (failed) => then(() => (failed ? to.resetAndDestroy() : to.destroy())))
    // What went wrong is told by `close`.
    from.on('error', () => {})
  }

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const server = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const link: Link = { client, server, isHalf: false }
    links.add(link)
    client.once('end', () => {
      if (link.isHalf) client.destroy()
    })
    client.once('close', () => {
      links.delete(link)
      if (link.isHalf) server.destroy()
    })
    flow(link, client, server, 'requests')
    flow(link, server, client, 'answers')
  })
  const listen = async (port: number): Promise<number> => {
    await once(listener.listen(port, '127.0.0.1'), 'listening')
    const address = listener.address()
    if (address === null || typeof address === 'string') throw new TypeError('The proxy has no port.')
    return address.port
  }

  const cut = (): void => {
    for (const { client, server } of links) {
      client.resetAndDestroy()
      server.resetAndDestroy()
    }
  }

  const port = await listen(0)
  return {
    port,
    connections: () => links.size,
    cut,
    refuse: async () => {
      // Its callback would wait for the connections, which stay.
      if (listener.listening) listener.close()
    },
    delay: (ms) => {
      delayMs = ms
    },
    blackhole: (direction) => {
      for (const one of direction === undefined ? (['requests', 'answers'] as const) : [direction])
        gates[one].shut()
    },
    halfOpen: () => {
      for (const link of links) {
        link.isHalf = true
        link.server.resetAndDestroy()
      }
    },
    heal: async () => {
      delayMs = 0
      gates.requests.open()
      gates.answers.open()
      if (!listener.listening) await listen(port)
    },
    stop: async () => {
      gates.requests.open()
      gates.answers.open()
      if (listener.listening) listener.close()
      cut()
    },
  }
}
