/** What the thread that appends, and the side that asks it, tell each other. Plain data. */
import type { Proposal } from './mapping.ts'

/** What the thread is started with. `turn` counts the threads that there were before it. */
export interface AppenderStart {
  readonly url: string
  readonly turn: number
  /** Milliseconds after which a sign of life that was asked of the server counts as failed. */
  readonly pingMs: number
}

export interface AppendOrder {
  readonly kind: 'append'
  readonly seq: number
  readonly stream: string
  /** -1 where the stream must not exist. */
  readonly expectedRevision: number
  readonly events: readonly Proposal[]
}

export type AppenderOrder = AppendOrder | { readonly kind: 'stop' }

/** `commit` and `prepare` are decimal text; null where the server did not say. */
export interface AppendDone {
  readonly kind: 'appended'
  readonly seq: number
  readonly revision: number
  readonly commit: string | null
  readonly prepare: string | null
}

export type AppendFailure =
  /** The stream is elsewhere: at `actual`, -1 where it does not exist. */
  | { readonly kind: 'moved'; readonly seq: number; readonly actual: number }
  /** Nothing was written, and the same append will not be. */
  | {
      readonly kind: 'refused'
      readonly seq: number
      readonly reason: 'TOO_LARGE' | 'DENIED' | 'DELETED'
      readonly message: string
    }
  /** Nobody knows; `gaveUp`: the server itself says that it did not find out in its time. */
  | {
      readonly kind: 'unknown'
      readonly seq: number
      readonly gaveUp: boolean
      readonly message: string
    }

export type AppendReport = AppendDone | AppendFailure

/** `up`: the server answers. `down`: it does not; it is asked until it does. */
export type AppenderReport =
  | AppendReport
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly message: string }

const isRecord = (value: unknown): value is { readonly kind?: unknown; readonly url?: unknown } =>
  typeof value === 'object' && value !== null

export const isAppenderStart = (value: unknown): value is AppenderStart =>
  isRecord(value) && typeof value.url === 'string'

const kinds: ReadonlySet<unknown> = new Set(['appended', 'moved', 'refused', 'unknown', 'up', 'down'])

/** Only this program's own thread sends them, from the types above: the kind tells the rest. */
export const isAppenderReport = (value: unknown): value is AppenderReport =>
  isRecord(value) && kinds.has(value.kind)

export const isAppenderOrder = (value: unknown): value is AppenderOrder =>
  isRecord(value) && (value.kind === 'append' || value.kind === 'stop')
