/**
 * One keep-alive connection of a client that takes as little of the machine as may be: what it takes, the server that
 * is measured cannot have.
 */
import { connect, type Socket } from 'node:net'

const headEnd = Buffer.from('\r\n\r\n')

interface Waiting {
  readonly resolve: (body: string) => void
  readonly reject: (error: Error) => void
}

export class Connection {
  readonly #port: number
  #socket: Socket | null = null
  #received: Buffer = Buffer.alloc(0)
  #waiting: Waiting | null = null

  constructor(port: number) {
    this.#port = port
  }

  /** One request at a time. Answers the body. @throws where the connection ends, or the answer has no length */
  post(body: string, bearer: string): Promise<string> {
    const socket = this.#socket ?? this.#open()
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      socket.write(
        `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${bearer}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      )
    })
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = null
  }

  #open(): Socket {
    const socket = connect(this.#port, '127.0.0.1')
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', (error) => this.#end(error))
    // Servers close connections that nobody uses for some seconds; the next request opens another.
    socket.on('close', () => this.#end(new Error('The server closed the connection.')))
    this.#socket = socket
    return socket
  }

  #end(error: Error): void {
    const waiting = this.#waiting
    this.#waiting = null
    this.#socket = null
    this.#received = Buffer.alloc(0)
    waiting?.reject(error)
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const headLength = this.#received.indexOf(headEnd)
    if (headLength === -1) return
    const head = this.#received.toString('latin1', 0, headLength)
    const length = /^content-length: *(\d+)/im.exec(head)?.[1]
    if (length === undefined) throw new Error(`An answer without a length:\n${head}`)
    const from = headLength + headEnd.length
    const through = from + Number(length)
    if (this.#received.length < through) return
    const body = this.#received.toString('utf8', from, through)
    this.#received = this.#received.subarray(through)
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.resolve(body)
  }
}
