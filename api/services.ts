/** What the API stands on. The composition root opens the engines; the API only uses them. */
import type { Readable } from 'node:stream'
import type { Derive } from '../domain/derive.ts'
import type { Model } from '../domain/model.ts'
import type { Codec } from '../eventstore/codec.ts'
import type { CommandHandler } from '../eventstore/handler.ts'
import type { EventStore } from '../eventstore/port.ts'
import type { Stating } from '../eventstore/stating.ts'
import type { Clock } from '../platform/clock.ts'
import type { Role } from '../platform/config.ts'
import type { NewId } from '../platform/ids.ts'
import type { Logger } from '../platform/log.ts'
import type { Sealing } from '../platform/sealing.ts'
import type { DocumentStore } from '../projections/documents.ts'
import type { ExportRequest } from '../projections/queries/exported.ts'
import type { Freshness } from '../projections/read-your-writes.ts'
import type { ProjectionStatus } from '../projections/view-status.ts'
import type { LocalIssuer } from './auth/issuer.ts'
import type { Issuer } from './auth/issuers.ts'

/** The read side: whether views have come to where a caller knows the log to be, and how far each is. */
export interface Views extends Freshness {
  status(): Promise<readonly ProjectionStatus[]>
  /** Whether each view was built, and came to the head of the log once since the start. */
  readonly isReady: boolean
}

/** The engine that has the log, as those who run the platform see it. */
export interface LogHealth {
  /** `sqlite`, `eventstoredb` or `memory`. */
  readonly engine: string
  /** Why it takes no appends now, as far as is known; null where it does. May name hosts. */
  trouble(): string | null
}

export interface Deployment {
  readonly id: string
  /** IANA zone of the ledger's business dates. */
  readonly zone: string
  readonly currencies: readonly string[]
}

export interface ApiLimits {
  readonly bodyBytes: number
  readonly tokens: number
  readonly depth: number
  readonly aliases: number
  /** How deep brackets may stand in a document, and lists and objects in what is sent beside it. */
  readonly nesting: number
  /** Most points that one document may cost. */
  readonly cost: number
  /** The bucket of points that each organisation, or subject without one, draws from. */
  readonly bucket: { readonly points: number; readonly perSecond: number }
  /** Longest time, in milliseconds, until an answer. */
  readonly wallClockMs: number
  /** Longest wait, in milliseconds, for a view to come to `minPosition`. */
  readonly minPositionMs: number
  readonly subscriptions: {
    /** Streams that one subject may hold open, and all together. */
    readonly perSubject: number
    readonly inAll: number
    /** How often, in milliseconds, it is asked again whether the subscriber may still listen. */
    readonly recheckMs: number
  }
}

export const defaultLimits: ApiLimits = {
  bodyBytes: 1_000_000,
  tokens: 2_000,
  depth: 10,
  aliases: 15,
  nesting: 64,
  cost: 1_000,
  bucket: { points: 10_000, perSecond: 500 },
  wallClockMs: 10_000,
  minPositionMs: 2_000,
  subscriptions: { perSubject: 10, inAll: 1_000, recheckMs: 1_000 },
}

/** What reacts to events in this process, and how far it is. */
export interface ReactorHealth {
  readonly name: string
  readonly lagMs: number
  /** Whether it is this process's turn: of several that could, one reacts. */
  readonly isActive: boolean
  /** Since the last success. */
  readonly failures: number
}

/** One try to tell a webhook of one event. */
export interface DeliveryAttempt {
  readonly delivery: string
  readonly event: string
  readonly type: string
  readonly at: string
  /** From 1. */
  readonly attempt: number
  readonly outcome: 'DELIVERED' | 'FAILED' | 'GONE' | 'NOT_SENT'
  readonly status: number | null
  readonly problem: string | null
  readonly milliseconds: number
}

export interface WebhookPort {
  /** Why webhooks must not lead to an address; null where they may. */
  refusalOf(url: string): string | null
  /** The last of them, newest first. */
  attempts(webhookId: string, limit: number): Promise<readonly DeliveryAttempt[]>
}

export interface QueueFigures {
  readonly name: string
  readonly waiting: number
  readonly delayed: number
  readonly active: number
  readonly dead: number
  readonly oldestMs: number
}

export interface DeadJob {
  readonly id: string
  readonly queue: string
  readonly name: string
  readonly data: string
  readonly failures: number
  readonly error: string | null
  readonly createdAt: string
  readonly diedAt: string | null
}

/** What those who run the platform see and do of jobs. A queue that is not there has no jobs. */
export interface JobAdmin {
  figures(): Promise<readonly QueueFigures[]>
  /** Latest death first. */
  dead(queue: string, offset: number, limit: number): Promise<readonly DeadJob[]>
  /** False where there is no such dead job. */
  retry(queue: string, id: string): Promise<boolean>
  drop(queue: string, id: string): Promise<boolean>
}

export const exportStates = ['WAITING', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED', 'EXPIRED'] as const

/** An export as who asked for it sees it. */
export interface ExportView {
  readonly request: ExportRequest
  readonly state: (typeof exportStates)[number]
  /** Rows. `total` is null where it is not known. */
  readonly progress: { readonly done: number; readonly total: number | null } | null
  readonly etaSeconds: number | null
  readonly rows: number | null
  readonly bytes: number | null
  readonly finishedAt: string | null
  readonly expiresAt: string | null
  /** Why it failed. */
  readonly error: string | null
}

/** All reject with {RequestError} UNAVAILABLE where the engine of jobs is away. */
export interface ExportPort {
  /** The same id with another list or format is refused: KEY_REUSED. */
  ask(request: ExportRequest): Promise<'ASKED' | 'REPEATED' | 'KEY_REUSED'>
  find(id: string): Promise<ExportView | null>
  /** The last ones of somebody, newest first. */
  of(subject: string): Promise<readonly ExportView[]>
  /** False where it is not there, or done. */
  cancel(id: string): Promise<boolean>
  /** The file; null where it is gone. */
  open(id: string): Promise<{ readonly stream: Readable; readonly bytes: number } | null>
}

export interface Services {
  /** Which parts of the program this process runs. */
  readonly roles: readonly Role[]
  /** None where this process runs no worker. */
  readonly reactors: () => readonly ReactorHealth[]
  readonly jobs: JobAdmin
  readonly webhooks: WebhookPort
  readonly exports: ExportPort
  readonly handler: CommandHandler
  readonly codec: Codec
  readonly model: Model
  readonly store: EventStore
  readonly logHealth: LogHealth
  readonly stating: Stating
  readonly documents: DocumentStore
  readonly views: Views
  readonly clock: Clock
  readonly newId: NewId
  readonly derive: Derive
  readonly sealing: Sealing
  /** Names the stream of an external identity, of a provider and the id there. */
  readonly identityHash: (provider: string, externalId: string) => string
  /** Makes what was sealed for a person unreadable, for ever, and keeps that it was. Again, it changes nothing. */
  readonly forget: (personId: string) => Promise<void>
  /** 32 bytes or more that sign page cursors. The same in every process that answers. */
  readonly cursorKey: Uint8Array
  /** Whose tokens are believed; the local issuer's too, where there is one. */
  readonly issuers: readonly Issuer[]
  /** Signs in people of this machine, and publishes its keys; null where an OIDC provider alone does. */
  readonly localIssuer: LocalIssuer | null
  readonly deployment: Deployment
  readonly log: Logger
  readonly limits: ApiLimits
}
