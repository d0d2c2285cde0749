/**
 * Ids shaped like TypeIDs: a prefix that says what it names, `_`, and 128 bits as 26 characters of Crockford's
 * base32 in lower case (`purchase_01h455vb4pex5vsknk084sn02q`). New ids are UUIDv7, so that they sort by the
 * time they were made; derived ids are UUIDv5, so that what is asked for twice gets the same one (RFC 9562).
 */
import { hash, randomFillSync } from 'node:crypto'
import { type Clock, systemClock } from './clock.ts'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const letters = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0))
const suffixLength = 26
const shape = /^([a-z](?:[a-z_]{0,61}[a-z])?)_[0-7][0-9a-hjkmnp-tv-z]{25}$/
const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const suffix = Buffer.alloc(suffixLength)

/** 16 bytes as base32: two zero bits ahead make 130 bits, that is 26 letters of five. */
const encode = (bytes: Uint8Array): string => {
  let at = 0
  let held = 0
  let bits = 2
  for (let index = 0; index < 16; index += 1) {
    held = ((held << 8) | (bytes[index] ?? 0)) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      suffix[at] = letters[(held >> bits) & 31] ?? 0
      at += 1
    }
  }
  return suffix.toString('latin1')
}

const decode = (text: string): Buffer => {
  const bytes = Buffer.alloc(16)
  let at = 0
  let held = 0
  let bits = -2
  for (const letter of text) {
    held = ((held << 5) | alphabet.indexOf(letter)) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at] = held >> bits
      at += 1
    }
  }
  return bytes
}

const uuidText = (bytes: Buffer): string => {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const bytesOfUuid = (uuid: string): Buffer => {
  if (!uuidShape.test(uuid)) throw new TypeError(`"${uuid}" is not a UUID in lower case with dashes.`)
  return Buffer.from(uuid.replaceAll('-', ''), 'hex')
}

/** Whether a value has the shape of an id, and of this prefix where one is given. */
export const isId = (value: unknown, prefix?: string): value is string => {
  if (typeof value !== 'string') return false
  const found = shape.exec(value)
  return found !== null && (prefix === undefined || found[1] === prefix)
}

/** The 128 bits of an id as a UUID in lower case. @throws {TypeError} where it is not an id. */
export const uuidOf = (id: string): string => {
  if (!isId(id)) throw new TypeError(`"${id}" is not an id: a prefix, "_" and 26 characters are expected.`)
  return uuidText(decode(id.slice(-suffixLength)))
}

/** The id with this prefix and these 128 bits. @throws {TypeError} where `uuid` is not one in lower case. */
export const idOf = (prefix: string, uuid: string): string => `${prefix}_${encode(bytesOfUuid(uuid))}`

let lastNamespace = ''
let lastNamespaceBytes: Buffer = Buffer.alloc(0)

/** The namespace is nearly always the deployment's, so one is remembered. */
const namespaceBytes = (uuid: string): Buffer => {
  if (uuid !== lastNamespace) {
    lastNamespaceBytes = bytesOfUuid(uuid)
    lastNamespace = uuid
  }
  return lastNamespaceBytes
}

const uuidv5Bytes = (namespace: string, name: string): Buffer => {
  const bytes = hash('sha1', Buffer.concat([namespaceBytes(namespace), Buffer.from(name)]), 'buffer')
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.subarray(0, 16)
}

/** UUIDv5: the same UUID for the same namespace (a UUID) and name, for ever. */
export const uuidv5 = (namespace: string, name: string): string => uuidText(uuidv5Bytes(namespace, name))

/**
 * The id that these parts always have within a namespace (a UUID; `uuidOf` gives an id's). Parts are joined as
 * a JSON array, so that no two lists of parts share a name.
 */
export const derivedId = (prefix: string, namespace: string, ...parts: readonly string[]): string =>
  `${prefix}_${encode(uuidv5Bytes(namespace, JSON.stringify(parts)))}`

/** Makes a new id with a prefix of lower-case letters; each sorts after the one before it. */
export type NewId = (prefix: string) => string

/** Fills an array with random bytes. */
export type FillRandom = (bytes: Uint8Array) => unknown

/**
 * A source of new ids from a clock and randomness, for whoever needs its own: tests and the simulator.
 * Within a millisecond, or while the clock stands behind, a 12-bit counter keeps the order (RFC 9562 6.2).
 */
export const idSource = (clock: Clock = systemClock, fillRandom: FillRandom = randomFillSync): NewId => {
  const pool = new Uint8Array(4_096)
  let used = pool.length
  let last = 0
  let counter = 0
  const bytes = new Uint8Array(16)

  return (prefix) => {
    if (used === pool.length) {
      fillRandom(pool)
      used = 0
    }
    for (let index = 8; index < 16; index += 1) bytes[index] = pool[used++] ?? 0
    const now = Math.trunc(clock.now())
    if (now > last) {
      last = now
      // The top bit is left free, so that at least 2,048 ids fit the rest of the millisecond.
      counter = (((bytes[8] ?? 0) << 8) | (bytes[9] ?? 0)) & 0x7ff
    } else if (counter === 0xfff) {
      last += 1
      counter = 0
    } else {
      counter += 1
    }
    const high = Math.floor(last / 0x1_0000)
    bytes[0] = high >>> 24
    bytes[1] = high >>> 16
    bytes[2] = high >>> 8
    bytes[3] = high
    bytes[4] = last >>> 8
    bytes[5] = last
    bytes[6] = 0x70 | (counter >>> 8)
    bytes[7] = counter
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
    return `${prefix}_${encode(bytes)}`
  }
}

/** A new id from the machine's clock and the system's randomness. */
export const newId: NewId = idSource()

/** The id under which everything that one request causes is found; they sort by time. */
export const newCorrelationId = (): string => newId('correlation')
