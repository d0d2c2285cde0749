/** What clients ask of the test server, out of the messages of the client's own package. */
import type shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import type { Expected, ProposedRecord, RecordsRead } from './record-log.ts'

type BatchAppendReq = InstanceType<typeof streams.BatchAppendReq>
type ReadReq = InstanceType<typeof streams.ReadReq>
type StreamIdentifier = InstanceType<typeof shared.StreamIdentifier>

const streamName = (identifier: StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8')

/** One append, which may come in several messages. */
export interface AskedAppend {
  readonly stream: string
  readonly expected: Expected
  readonly records: ProposedRecord[]
}

/** The beginning of an append, from the message that has its options. */
export const appendOf = (options: InstanceType<typeof streams.BatchAppendReq.Options>): AskedAppend => {
  const expected = (): Expected => {
    if (options.hasNoStream()) return -1
    return options.hasStreamPosition() ? Number(options.getStreamPosition()) : null
  }
  return { stream: streamName(options.getStreamIdentifier()), expected: expected(), records: [] }
}

export const proposed = (request: BatchAppendReq): readonly ProposedRecord[] =>
  request.getProposedMessagesList().map((message) => ({
    id: message.getId()?.getString() ?? '',
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  }))

export interface AskedRead extends RecordsRead {
  /** Null: the log of all streams. */
  readonly stream: string | null
}

/** @throws {TypeError} for a subscription: the test server has none */
export const readOf = (request: ReadReq): AskedRead => {
  const options = request.getOptions()
  if (options === undefined || !options.hasCount())
    throw new TypeError('The test server only reads: it takes no subscriptions.')
  const isBackwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS
  const limit = Number(options.getCount())
  const [stream, all] = [options.getStream(), options.getAll()]
  if (stream !== undefined) {
    const from = stream.hasRevision() ? BigInt(stream.getRevision()) : null
    return { stream: streamName(stream.getStreamIdentifier()), isBackwards, limit, from }
  }
  const position = all?.getPosition()?.getCommitPosition()
  return { stream: null, isBackwards, limit, from: position === undefined ? null : BigInt(position) }
}
