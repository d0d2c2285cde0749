/** What the projector's thread and the process that started it tell each other. Structured clones, so plain data. */
import type { ProjectionStatus } from '../projections/view-status.ts'

/** To the thread, when it starts. */
export interface ThreadStart {
  /** The data folder. */
  readonly folder: string
  /** Connection string of the server that has the log; null: a file of the folder. */
  readonly eventStoreUrl: string | null
  /** Who holds the leases of what it folds: the same when it is started again. */
  readonly owner: string
  readonly partitions: number
}

const orders = ['appended', 'hurry', 'stop'] as const

/** To the thread: the log has grown; somebody waits for what is in it; it is to end after the batch at hand. */
export type ThreadOrder = (typeof orders)[number]

/** How far the views are. */
export interface ViewsState {
  readonly kind: 'state'
  readonly isReady: boolean
  readonly statuses: readonly ProjectionStatus[]
}

/** Something failed that is tried again; `projection` is null where the log itself could not be read. */
export interface ViewsFailure {
  readonly kind: 'failure'
  readonly error: unknown
  readonly projection: string | null
}

/** From the thread. */
export type ThreadReport = ViewsState | ViewsFailure

export const isThreadStart = (value: unknown): value is ThreadStart =>
  typeof value === 'object' &&
  value !== null &&
  'folder' in value &&
  typeof value.folder === 'string' &&
  'owner' in value &&
  typeof value.owner === 'string' &&
  'partitions' in value &&
  typeof value.partitions === 'number'

export const isThreadOrder = (value: unknown): value is ThreadOrder => orders.some((order) => order === value)

/** Only this program's own thread sends them, from the type above: the kind tells the rest. */
export const isThreadReport = (value: unknown): value is ThreadReport =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'state' || value.kind === 'failure')
