/** What the test server says, in the messages of the client's own package. */
import shared from '@eventstore/db-client/generated/shared_pb.js'
import status from '@eventstore/db-client/generated/status_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import { status as codes, Metadata, type StatusObject } from '@grpc/grpc-js'
import { AppendTooLarge, WrongExpectedRevision } from '../../../eventstore/port.ts'
import type { Expected, KeptRecord } from './record-log.ts'

type BatchAppendResp = InstanceType<typeof streams.BatchAppendResp>
type ReadResp = InstanceType<typeof streams.ReadResp>
type GoogleStatus = InstanceType<typeof status.Status>

const package_ = 'event_store.client'
/** 100 nanoseconds each. */
const ticksPerMs = 10_000n

/** A length in the wire format: seven bits a byte, the lowest first. */
const varint = (value: number): readonly number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]

/** A field of the wire format that has a length. */
const field = (number: number, value: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(value.length)]), value])

/**
 * The package's messages for details are not for others to make; so the few bytes of them are put together here:
 * `message` in field 2, `details` in field 3 with the name of their type in field 1 and themselves in field 2.
 */
const statusOf = (message: string, type: string, details: Uint8Array): GoogleStatus =>
  status.Status.deserializeBinary(
    Buffer.concat([
      field(2, Buffer.from(message)),
      field(
        3,
        Buffer.concat([field(1, Buffer.from(`type.googleapis.com/${package_}.${type}`)), field(2, details)]),
      ),
    ]),
  )

export const wrongVersion = (expected: Expected, actual: number | null): GoogleStatus => {
  const details = new shared.WrongExpectedVersion()
  if (actual !== null && actual >= 0) details.setCurrentStreamRevision(String(actual))
  else details.setCurrentNoStream(new shared.Empty())
  if (expected !== null && expected >= 0) details.setExpectedStreamPosition(String(expected))
  return statusOf('WrongExpectedVersion', 'WrongExpectedVersion', details.serializeBinary())
}

export const timedOut = (): GoogleStatus =>
  statusOf('Timeout', 'Timeout', new shared.Timeout().serializeBinary())

export const notReady = (): GoogleStatus =>
  statusOf('Server Is Not Ready', 'Empty', new shared.Empty().serializeBinary())

/** What the log said, for the client. */
export const refusalOf = (error: unknown, expected: Expected): GoogleStatus => {
  if (error instanceof WrongExpectedRevision) return wrongVersion(expected, error.actual)
  if (error instanceof AppendTooLarge) {
    const details = new shared.MaximumAppendSizeExceeded()
    details.setMaxappendsize(1_048_576)
    return statusOf('Too large', 'MaximumAppendSizeExceeded', details.serializeBinary())
  }
  return statusOf(String(error), 'Unknown', new shared.Unknown().serializeBinary())
}

/** The end of a call. */
export const failure = (code: codes, details: string, metadata = new Metadata()): StatusObject => ({
  code,
  details,
  metadata,
})

export const notLeader = (port: number): StatusObject => {
  const metadata = new Metadata()
  metadata.set('exception', 'not-leader')
  metadata.set('leader-endpoint-host', '127.0.0.1')
  metadata.set('leader-endpoint-port', String(port))
  return failure(codes.NOT_FOUND, 'Leader info available', metadata)
}

export const written = (
  answer: BatchAppendResp,
  revision: number,
  position: string | null,
): BatchAppendResp => {
  const success = new streams.BatchAppendResp.Success()
  success.setCurrentRevision(String(revision))
  if (position !== null) {
    const at = new shared.AllStreamPosition()
    at.setCommitPosition(position)
    at.setPreparePosition(position)
    success.setPosition(at)
  }
  return answer.setSuccess(success)
}

const identifier = (stream: string): InstanceType<typeof shared.StreamIdentifier> => {
  const named = new shared.StreamIdentifier()
  return named.setStreamName(Buffer.from(stream).toString('base64'))
}

export const noSuchStream = (stream: string): ReadResp => {
  const missing = new streams.ReadResp.StreamNotFound()
  missing.setStreamIdentifier(identifier(stream))
  return new streams.ReadResp().setStreamNotFound(missing)
}

export const recordAnswer = (record: KeptRecord): ReadResp => {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
  recorded.setId(new shared.UUID().setString(record.id))
  recorded.setStreamIdentifier(identifier(record.stream))
  recorded.setStreamRevision(String(record.revision))
  recorded.setCommitPosition(record.position)
  recorded.setPreparePosition(record.position)
  recorded.setData(record.data)
  recorded.setCustomMetadata(record.metadata)
  recorded
    .getMetadataMap()
    .set('type', record.type)
    .set('content-type', record.contentType)
    .set('created', String(BigInt(record.createdMs) * ticksPerMs))
  const event = new streams.ReadResp.ReadEvent()
  event.setEvent(recorded)
  event.setCommitPosition(record.position)
  return new streams.ReadResp().setEvent(event)
}
