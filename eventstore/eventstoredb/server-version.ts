/** Which version a server is, asked before anything else is: an old one answers reads without what we need of them. */
import { readFileSync } from 'node:fs'
import { get as getPlain, type RequestOptions } from 'node:http'
import { get as getSecure } from 'node:https'
import { StoreUnavailable } from '../port.ts'
import { partsOf } from './connection.ts'

/** The first version that tells, with each event of a stream, its position in the log. */
const least = [22, 10] as const
const timeoutMs = 5_000
const mostBytes = 64 * 1024

const bodyOf = (url: string): Promise<string> => {
  const { hosts, query } = partsOf(url)
  const [first = ''] = hosts.split(',')
  const isSecure = query.get('tls') !== 'false'
  const file = query.get('tlsCAFile')
  const options: RequestOptions & { ca?: Buffer; rejectUnauthorized?: boolean } = {
    timeout: timeoutMs,
    ...(isSecure && file !== null ? { ca: readFileSync(file) } : {}),
    ...(query.get('tlsVerifyCert') === 'false' ? { rejectUnauthorized: false } : {}),
  }
  const address = new URL(
    `${isSecure ? 'https' : 'http'}://${first.includes(':') ? first : `${first}:2113`}/info`,
  )
  return new Promise((resolve, reject) => {
    const request = (isSecure ? getSecure : getPlain)(address, options, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        body += part
        if (body.length > mostBytes) request.destroy()
      })
      response.on('end', () => resolve(body))
      response.on('error', reject)
    })
    request.on('timeout', () => request.destroy(new Error('no answer')))
    request.on('error', reject)
  })
}

const versionIn = (body: string): string | undefined => {
  const info: unknown = JSON.parse(body)
  if (typeof info !== 'object' || info === null) return undefined
  const version = 'dbVersion' in info ? info.dbVersion : 'esVersion' in info ? info.esVersion : undefined
  return typeof version === 'string' ? version : undefined
}

/**
 * Passes where the server does not tell: what cannot be done then shows when it is done.
 * @throws {StoreUnavailable} where the server is too old
 */
export const checkServerVersion = async (url: string): Promise<void> => {
  let version: string | undefined
  try {
    version = versionIn(await bodyOf(url))
  } catch {
    return
  }
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? []
  if (major === undefined || minor === undefined) return
  const isOld = Number(major) < least[0] || (Number(major) === least[0] && Number(minor) < least[1])
  if (isOld)
    throw new StoreUnavailable(
      `EventStoreDB at ${partsOf(url).hosts} is version ${version}; Tributary needs ${least.join('.')} or newer. Nothing was changed.`,
    )
}
