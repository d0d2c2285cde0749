/**
 * A server of EventStoreDB's wire protocol for faults that no real one makes on demand. What it does otherwise is
 * what the client's package asks of a single node: appends, reads, what it can do, who leads. It proves nothing about
 * real servers; suites of what they promise run against real ones.
 */
import gossip from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import gossipMessages from '@eventstore/db-client/generated/gossip_pb.js'
import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import featureMessages from '@eventstore/db-client/generated/serverfeatures_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streamService from '@eventstore/db-client/generated/streams_grpc_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import {
  status as codes,
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
} from '@grpc/grpc-js'
import {
  failure,
  noSuchStream,
  notLeader,
  notReady,
  recordAnswer,
  refusalOf,
  timedOut,
  written,
  wrongVersion,
} from './eventstore-protocol/answers.ts'
import { type AppendFault, type Faults, type ReadFault, Turns } from './eventstore-protocol/faults.ts'
import { RecordLog } from './eventstore-protocol/record-log.ts'
import {
  type AskedAppend,
  type AskedRead,
  appendOf,
  proposed,
  readOf,
} from './eventstore-protocol/requests.ts'

type BatchAppendReq = InstanceType<typeof streams.BatchAppendReq>
type BatchAppendResp = InstanceType<typeof streams.BatchAppendResp>
type ReadReq = InstanceType<typeof streams.ReadReq>
type ReadResp = InstanceType<typeof streams.ReadResp>
type Empty = InstanceType<typeof shared.Empty>
type Appends = ServerDuplexStream<BatchAppendReq, BatchAppendResp>

export interface ProtocolServer {
  /** `esdb://127.0.0.1:PORT?tls=false` */
  readonly url: string
  readonly port: number
  /** What it shall do wrong next. */
  readonly faults: Faults
  /** What it was asked since it began, faults included, in order: `append STREAM`, `read STREAM`, `read $all`. */
  readonly asked: readonly string[]
  /** Ends all calls. */
  stop(): Promise<void>
}

const serviceName = 'event_store.client.streams.Streams'

/** Records of the server's own kind are no target of faults. */
const isSpared = (stream: string): boolean => stream.startsWith('$')

/** Answers a test server with an empty log, or one on the log of another, as after a restart. */
export const startProtocolServer = async (log: RecordLog = new RecordLog()): Promise<ProtocolServer> => {
  const server = new Server()
  const asked: string[] = []
  const faults: Faults = { appends: new Turns(), streamReads: new Turns(), logReads: new Turns() }
  let port = 0

  const write = async (ask: AskedAppend, answer: BatchAppendResp): Promise<BatchAppendResp> => {
    try {
      const done = await log.append(ask.stream, ask.expected, ask.records)
      return written(answer, done?.revision ?? 0, done?.position ?? null)
    } catch (error) {
      return answer.setError(refusalOf(error, ask.expected))
    }
  }

  const fail = async (
    fault: AppendFault,
    ask: AskedAppend,
    answer: BatchAppendResp,
    call: Appends,
  ): Promise<void> => {
    switch (fault.kind) {
      case 'drop-answer':
        await write(ask, answer)
        return
      case 'drop-request':
        return
      case 'break':
        if (fault.written) await write(ask, answer)
        call.emit('error', failure(codes.UNAVAILABLE, 'The server goes away.'))
        return
      case 'not-leader':
        call.emit('error', notLeader(fault.leaderPort))
        return
      case 'deadline':
        if (fault.written) await write(ask, answer)
        answer.clearSuccess()
        call.write(answer.setError(timedOut()))
        return
      case 'wrong-version':
        call.write(answer.setError(wrongVersion(ask.expected, fault.actual)))
        return
      case 'not-ready':
        call.write(answer.setError(notReady()))
    }
  }

  const batchAppend: handleBidiStreamingCall<BatchAppendReq, BatchAppendResp> = (call) => {
    const begun = new Map<string, AskedAppend>()
    // Clients that go away cancel.
    call.on('error', () => {})
    call.on('end', () => call.end())
    call.on('data', async (request: BatchAppendReq) => {
      const correlation = request.getCorrelationId()
      const key = Buffer.from(correlation?.serializeBinary() ?? []).toString('hex')
      const options = request.getOptions()
      const ask = options === undefined ? begun.get(key) : appendOf(options)
      if (ask === undefined) return
      begun.set(key, ask)
      ask.records.push(...proposed(request))
      if (!request.getIsFinal()) return
      begun.delete(key)
      const answer = new streams.BatchAppendResp().setCorrelationId(correlation)
      if (options?.hasStreamIdentifier()) answer.setStreamIdentifier(options.getStreamIdentifier())
      const isTarget = ask.records.length > 0 && !isSpared(ask.stream)
      if (isTarget) asked.push(`append ${ask.stream}`)
      const fault = isTarget ? faults.appends.take() : undefined
      if (fault === undefined) call.write(await write(ask, answer))
      else await fail(fault, ask, answer, call)
    })
  }

  const faultOf = (ask: AskedRead): ReadFault | undefined => {
    if (ask.stream !== null && isSpared(ask.stream)) return undefined
    asked.push(`read ${ask.stream ?? '$all'}`)
    return (ask.stream === null ? faults.logReads : faults.streamReads).take()
  }

  const read: handleServerStreamingCall<ReadReq, ReadResp> = async (call) => {
    call.on('error', () => {})
    const ask = readOf(call.request)
    const fault = faultOf(ask)
    if (fault?.kind === 'not-leader') {
      call.emit('error', notLeader(fault.leaderPort))
      return
    }
    const records = ask.stream === null ? await log.readLog(ask) : await log.readStream(ask.stream, ask)
    if (fault === undefined && records === undefined) call.write(noSuchStream(ask.stream ?? ''))
    for (const record of records?.slice(0, fault?.after) ?? []) call.write(recordAnswer(record))
    switch (fault?.kind) {
      case 'stall':
        return
      case 'break':
        call.emit('error', failure(codes.UNAVAILABLE, 'The server goes away.'))
        return
      case 'deadline':
        call.emit('error', failure(codes.DEADLINE_EXCEEDED, 'The server gave up.'))
        return
      default:
        call.end()
    }
  }

  const getSupportedMethods: handleUnaryCall<Empty, InstanceType<typeof featureMessages.SupportedMethods>> = (
    _,
    answer,
  ) => {
    const methods = new featureMessages.SupportedMethods().setEventStoreServerVersion('24.2.0')
    for (const name of ['read', 'append', 'batchappend'])
      methods.addMethods(
        new featureMessages.SupportedMethod().setServiceName(serviceName.toLowerCase()).setMethodName(name),
      )
    answer(null, methods)
  }

  const gossipRead: handleUnaryCall<Empty, InstanceType<typeof gossipMessages.ClusterInfo>> = (_, answer) => {
    const { MemberInfo, EndPoint, ClusterInfo } = gossipMessages
    const self = new MemberInfo()
      .setInstanceId(new shared.UUID().setString('00000000-0000-4000-8000-000000000001'))
      .setState(MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new EndPoint().setAddress('127.0.0.1').setPort(port))
    answer(null, new ClusterInfo().setMembersList([self]))
  }

  server.addService(streamService.StreamsService, { batchAppend, read })
  server.addService(features.ServerFeaturesService, { getSupportedMethods })
  server.addService(gossip.GossipService, { read: gossipRead })
  port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  )
  return {
    url: `esdb://127.0.0.1:${port}?tls=false`,
    port,
    faults,
    asked,
    stop: async () => server.forceShutdown(),
  }
}
