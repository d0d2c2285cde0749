/**
 * The epoch of a log on EventStoreDB: the metadata of a stream of that name, which stands in the log without being
 * one of its events. Whoever puts a backup in the place of a log starts a new one.
 */
import { randomUUID } from 'node:crypto'
import { ErrorType, NO_STREAM } from '@eventstore/db-client'
import { isOfType } from './errors.ts'
import type { Reader } from './reader.ts'

const epochStream = 'tributary-epoch'

/** Undefined where the log has none yet. */
const known = async (reader: Reader): Promise<string | undefined> => {
  const { metadata } = await reader.ask('Reading the epoch of the log', (client) =>
    client.getStreamMetadata(epochStream, { requiresLeader: true }),
  )
  const epoch: unknown = metadata?.['epoch']
  return typeof epoch === 'string' ? epoch : undefined
}

/** The log's epoch, begun where there is none. @throws {StoreUnavailable} */
export const openEpoch = async (reader: Reader): Promise<string> => {
  const there = await known(reader)
  if (there !== undefined) return there
  const epoch = randomUUID()
  try {
    await reader.ask('Beginning the epoch of the log', (client) =>
      client.setStreamMetadata(epochStream, { epoch }, { expectedRevision: NO_STREAM }),
    )
    return epoch
  } catch (error) {
    // Another process opened the same log at the same moment.
    if (!isOfType(error, ErrorType.WRONG_EXPECTED_VERSION)) throw error
    return openEpoch(reader)
  }
}

/** Starts a new epoch: to be called where a backup was put in the place of the log. @throws {StoreUnavailable} */
export const newEpoch = async (reader: Reader): Promise<string> => {
  const epoch = randomUUID()
  await reader.ask('Beginning a new epoch of the log', (client) =>
    client.setStreamMetadata(epochStream, { epoch }),
  )
  return epoch
}
