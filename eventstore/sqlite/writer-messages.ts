/** What a store and the thread that writes for it tell each other. */
import type { PackedBatch } from './packed-batch.ts'

/** To the thread, when it starts. */
export interface WriterStart {
  readonly file: string
  /** See `LogFile`: the thread writes to this very file. */
  readonly inode: bigint
  readonly namesHeld: number
  /** Milliseconds for which a batch waits for another process to let go of the file. */
  readonly patience: number
}

/** To the thread: a batch of appends, or `end` after those sent before. */
export type WriterOrder = PackedBatch | 'end'

/** From the thread: that it takes batches; then of each batch, in their order, what came of it. */
export type WriterReport =
  | { readonly kind: 'ready' }
  /** Positions of the first and the last event written (0: none), then of each append what `packWritten` says. */
  | { readonly kind: 'written'; readonly numbers: Float64Array }
  /** `inDoubt`: see `CommitInDoubt`. Otherwise nothing was written, as the message says. */
  | {
      readonly kind: 'failed'
      readonly inDoubt: boolean
      readonly message: string
      readonly cause: unknown
    }

export const isWriterStart = (value: unknown): value is WriterStart =>
  typeof value === 'object' && value !== null && 'inode' in value && typeof value.inode === 'bigint'

/** Only this program's own store sends them, from the type above. */
export const isWriterOrder = (value: unknown): value is WriterOrder => value === 'end' || Array.isArray(value)

/** Only this program's own thread sends them, from the type above: the kind tells the rest. */
export const isWriterReport = (value: unknown): value is WriterReport =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'ready' || value.kind === 'written' || value.kind === 'failed')
