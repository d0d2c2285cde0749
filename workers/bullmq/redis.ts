/** Connections to Redis, and what has to be true of one before jobs are kept in it. */
import { Redis } from 'ioredis'
import { QueueRefused, QueueUnavailable } from '../queue.ts'

/** Milliseconds for which opening waits for an answer, and for which a command waits once it is open. */
const openingPatience = 5_000
const commandPatience = 5_000
/** Milliseconds without a word on what was asked, after which a connection is given up: workers ask for 10,000. */
const silenceMs = 15_000

/** The server at an address, without what is secret in it. */
const placeOf = (url: string): string => {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

const isAddress = (url: string): boolean =>
  URL.canParse(url) && ['redis:', 'rediss:'].includes(new URL(url).protocol)

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A little longer with each attempt, never the same for two processes, and for ever. */
const pauseBefore = (attempt: number): number =>
  Math.min(5_000, 50 * 2 ** Math.min(attempt, 8)) * (0.5 + Math.random() / 2)

/** Connections that are made of one another, as workers make theirs, come back until this is over. */
export interface Life {
  isOver: boolean
}

/**
 * A connection that comes back by itself. `waits`: commands wait for it while it is away, as workers want it; else
 * they fail at once.
 */
export const connectTo = (
  url: string,
  waits: boolean,
  onError: (error: unknown) => void,
  life: Life = { isOver: false },
): Redis => {
  const connection = new Redis(url, {
    maxRetriesPerRequest: null,
    enableOfflineQueue: waits,
    connectTimeout: openingPatience,
    socketTimeout: silenceMs,
    retryStrategy: (attempt) => (life.isOver ? null : pauseBefore(attempt)),
    lazyConnect: true,
  })
  connection.on('error', onError)
  return connection
}

/** What commands are refused with, in the port's words. */
export const asUnavailable = (error: unknown): QueueUnavailable => {
  const message = messageOf(error)
  if (error instanceof QueueRefused) return new QueueUnavailable(message, { cause: error })
  const advice = message.startsWith('OOM')
    ? 'Redis is full: give it more memory, or let workers catch up.'
    : message.startsWith('MISCONF')
      ? 'Redis cannot write to its disk: see its log.'
      : 'Try again; it is taken up again once Redis answers.'
  return new QueueUnavailable(`Redis does not take jobs now (${message}). ${advice}`, { cause: error })
}

/** @throws {QueueUnavailable} what `work` rejects with, or no answer in time: it may have been done then */
export const answered = async <T>(work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${commandPatience} ms`)), commandPatience)
  })
  try {
    return await Promise.race([work, late])
  } catch (error) {
    throw asUnavailable(error)
  } finally {
    clearTimeout(timer)
  }
}

const notAllowed = /WRONGPASS|NOAUTH|NOPERM|invalid password/i

const refusal = (url: string, error: unknown): QueueRefused => {
  const message = messageOf(error)
  return notAllowed.test(message)
    ? new QueueRefused(
        'NOT_ALLOWED',
        `Redis at ${placeOf(url)} does not let us in (${message}). Check user and password in TRIBUTARY_REDIS_URL.`,
        error,
      )
    : new QueueRefused(
        'NOT_REACHED',
        `Redis at ${placeOf(url)} cannot be reached (${message}). Start it, or correct TRIBUTARY_REDIS_URL; without the variable jobs are kept in the data folder.`,
        error,
      )
}

const factOf = (info: string, name: string): string =>
  info
    .split(/\r?\n/)
    .find((line) => line.startsWith(`${name}:`))
    ?.slice(name.length + 1) ?? ''

const markerKey = 'tributary:deployment'

const check = async (connection: Redis, url: string, deploymentId: string): Promise<void> => {
  const server = factOf(await connection.info('server'), 'redis_version')
  const [major = 0, minor = 0] = server.split('.').map(Number)
  if (major < 6 || (major === 6 && minor < 2))
    throw new QueueRefused('UNSUPPORTED', `Redis at ${placeOf(url)} is ${server}; at least 6.2 is needed.`)
  const policy = factOf(await connection.info('memory'), 'maxmemory_policy')
  if (policy !== '' && policy !== 'noeviction')
    throw new QueueRefused(
      'EVICTS',
      `Redis at ${placeOf(url)} throws keys away when it is full (maxmemory-policy ${policy}), and jobs with them. Set maxmemory-policy to noeviction, or name a server of its own in TRIBUTARY_REDIS_URL.`,
    )
  await connection.set(markerKey, deploymentId, 'NX')
  const owner = await connection.get(markerKey)
  if (owner !== deploymentId)
    throw new QueueRefused(
      'OTHER_DEPLOYMENT',
      `Redis at ${placeOf(url)} keeps the jobs of another deployment, ${owner}. Name another server or another database number (redis://host/1) in TRIBUTARY_REDIS_URL. If that deployment is gone, delete the key ${markerKey}.`,
    )
}

export interface OpenRedis {
  readonly connection: Redis
  /**
   * Resolves where the server may keep jobs of this deployment still: one that was away may have come back with other
   * settings, or be another. @throws (rejects) {QueueRefused} or as the connection does
   */
  readonly admit: () => Promise<void>
}

/**
 * A connection to a server that may keep jobs of this deployment.
 * @throws {QueueRefused}
 */
export const openRedis = async (
  url: string,
  deploymentId: string,
  onError: (error: unknown) => void,
): Promise<OpenRedis> => {
  if (!isAddress(url))
    throw new QueueRefused(
      'BAD_ADDRESS',
      'TRIBUTARY_REDIS_URL is no address of a Redis: redis://[user:password@]host[:port][/database] is expected, or rediss:// with TLS.',
    )
  let isOpen = false
  let lastError: unknown
  const connection = connectTo(url, false, (error) => {
    lastError = error
    if (isOpen) onError(error)
  })
  try {
    await answered(connection.connect().then(() => check(connection, url, deploymentId)))
    isOpen = true
    let admitted: Promise<void> | undefined = Promise.resolve()
    const admit = (): Promise<void> => {
      admitted ??= check(connection, url, deploymentId).catch((error: unknown) => {
        admitted = undefined
        throw error
      })
      return admitted
    }
    connection.on('ready', () => {
      admitted = undefined
    })
    return { connection, admit }
  } catch (error) {
    connection.disconnect()
    const cause = error instanceof Error ? error.cause : undefined
    throw cause instanceof QueueRefused ? cause : refusal(url, lastError ?? cause)
  }
}
