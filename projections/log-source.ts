/** What projections are folded from. */
import type { EventStore } from '../eventstore/port.ts'

/** The reading side of an event store: pages of the log, its head, and single events to find a checkpoint's place by. */
export type LogSource = Pick<EventStore, 'epoch' | 'head' | 'readLog' | 'readStream' | 'waitForAppend'>
