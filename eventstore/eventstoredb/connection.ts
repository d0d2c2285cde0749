/** The server that a connection string names, and clients of it. */
import { EventStoreDBClient } from '@eventstore/db-client'

/** The connection string cannot be used. The message never holds its password. */
export class BadEventStoreUrl extends Error {
  override readonly name = 'BadEventStoreUrl'
}

/** Least milliseconds between keep-alives that the client takes without a warning. */
const keepAliveMs = 10_000

const shape = /^(esdb|esdb\+discover|kurrentdb|kurrentdb\+discover):\/\/(?:[^@/?]*@)?([^/?]+)\/?(?:\?(.*))?$/

/** Hosts and ports, for messages. @throws {BadEventStoreUrl} */
export const hostsOf = (url: string): string => partsOf(url).hosts

/** @throws {BadEventStoreUrl} */
export const partsOf = (url: string): { readonly hosts: string; readonly query: URLSearchParams } => {
  const [, , hosts, query = ''] = shape.exec(url.trim()) ?? []
  if (hosts === undefined)
    throw new BadEventStoreUrl(
      'The address of EventStoreDB is no connection string. One looks like esdb://user:password@host:2113?tls=true, or esdb+discover://… for a cluster.',
    )
  return { hosts, query: new URLSearchParams(query) }
}

/**
 * A client of the server. Clients with equal settings share one connection of the process, also a dead one: `turn`
 * tells them apart, so that the next client begins on a connection of its own.
 * @throws {BadEventStoreUrl} where the string, or a file that it names, cannot be used
 */
export const openClient = (url: string, turn: number): EventStoreDBClient => {
  const { query } = partsOf(url)
  const base =
    url
      .trim()
      .split('?')[0]
      ?.replace(/^kurrentdb/, 'esdb') ?? ''
  if (!query.has('keepAliveInterval')) query.set('keepAliveInterval', String(keepAliveMs + (turn % 1_000)))
  // What the client would answer instead of throwing is wrong on streams that exist.
  query.delete('throwOnAppendFailure')
  try {
    return EventStoreDBClient.connectionString(`${base}?${query.toString().replaceAll('%2F', '/')}`)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new BadEventStoreUrl(
      `The connection string of EventStoreDB cannot be used: ${withoutSecrets(reason, url)}`,
    )
  }
}

/** Parsers quote what they do not understand. */
const withoutSecrets = (message: string, url: string): string => {
  const credentials = /:\/\/([^@/?]*)@/.exec(url)?.[1]
  return credentials ? message.replaceAll(credentials, '***') : message
}
