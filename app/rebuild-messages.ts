/** What a rebuild and its thread tell each other. Structured clones, so plain data. */
import type { BuildProgress } from '../projections/rebuild.ts'

export interface RebuildTask {
  /** The data folder. */
  readonly folder: string
  /** Connection string of the server that has the log; null: a file of the folder. */
  readonly eventStoreUrl: string | null
  readonly names: readonly string[]
  readonly partitions: number
}

/** `documents`: written, in all. */
export type RebuildReport =
  | { readonly kind: 'progress'; readonly progress: BuildProgress }
  | { readonly kind: 'done'; readonly documents: number }

export const isRebuildTask = (value: unknown): value is RebuildTask =>
  typeof value === 'object' && value !== null && 'folder' in value && 'names' in value

/** Only this program's own thread sends them, from the type above: the kind tells the rest. */
export const isRebuildReport = (value: unknown): value is RebuildReport =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'progress' || value.kind === 'done')
