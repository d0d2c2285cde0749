/** A small world to project: people in groups, accounts that open and close, and now and then an event nobody can fold. */
import fc from 'fast-check'
import type { EventMetadata, RecordedEvent, StoredEvent } from '../../eventstore/event.ts'
import { MemoryEventStore } from '../../eventstore/memory/memory-event-store.ts'
import type { EventStore } from '../../eventstore/port.ts'
import { sealEvent } from '../../eventstore/seal.ts'
import type { Document } from '../../projections/documents.ts'
import type { Change, Projection } from '../../projections/projection.ts'

/** `poison`: where folding it fails, if anywhere. */
export interface Happening {
  readonly type: 'Joined' | 'Left' | 'Paid' | 'Closed' | 'Noted' | 'FromTheFuture'
  readonly who: number
  readonly group: number
  readonly amount: number
  readonly poison?: 'decode' | 'changes' | 'fold' | 'field'
}

const metadata = (index: number): EventMetadata => ({
  actor: { kind: 'SYSTEM', id: 'test', onBehalfOf: null },
  causationId: null,
  commandId: `command-${index}`,
  correlationId: `correlation-${index}`,
  occurredAt: '2026-01-01T00:00:00.000Z',
  payloadHash: '',
  previousHash: null,
  read: {},
  recordedAt: new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString(),
  traceparent: null,
})

export const append = async (events: EventStore, happenings: readonly Happening[]): Promise<void> => {
  for (const [index, { type, ...data }] of happenings.entries()) {
    const stream = `person-${data.who}`
    const revision = (await events.headRevision(stream)) + 1
    const sealed = sealEvent({ stream, revision, type, schemaVersion: 1, data, metadata: metadata(index) })
    await events.append({ stream, expectedRevision: revision - 1, events: [sealed] })
  }
}

export const logOf = async (happenings: readonly Happening[]): Promise<EventStore> => {
  const events = new MemoryEventStore()
  await append(events, happenings)
  return events
}

export const decode = (stored: StoredEvent): RecordedEvent | undefined => {
  const { stream, revision, position, type, schemaVersion, hash } = stored
  if (type === 'FromTheFuture') return undefined
  const data: unknown = JSON.parse(stored.data)
  const found: EventMetadata = JSON.parse(stored.metadata)
  if (happeningOf(data).poison === 'decode') throw new Error('This cannot be read.')
  return {
    name: `${stream}@${revision}`,
    stream,
    revision,
    position,
    type,
    schemaVersion,
    data,
    metadata: found,
    hash,
  }
}

const isHappening = (data: unknown): data is Omit<Happening, 'type'> =>
  typeof data === 'object' && data !== null && 'who' in data

const happeningOf = (data: unknown): Omit<Happening, 'type'> => {
  if (isHappening(data)) return data
  throw new TypeError('Not of this world.')
}

const integer = (document: Document | undefined, field: string): number => {
  const value = document?.[field]
  return typeof value === 'number' ? value : 0
}

/** Poison takes effect in the last change, when the others have been folded already. */
const poisoned = (event: RecordedEvent, changes: readonly Change[]): readonly Change[] => {
  const { poison } = happeningOf(event.data)
  if (poison === 'changes') throw new Error('These changes cannot be worked out.')
  if (poison !== 'fold' && poison !== 'field') return changes
  return changes.map((change, index) =>
    index < changes.length - 1
      ? change
      : {
          ...change,
          fold: () => {
            if (poison === 'fold') throw new Error('This cannot be folded.')
            return { amount: 0.5, count: 0.5, seen: 0.5 }
          },
        },
  )
}

/** Accounts open with a first payment and go with `Closed`; every payment is kept. */
export const accounts: Projection = {
  name: 'accounts',
  version: 1,
  collections: [
    { name: 'accounts', fields: { owner: 'text', amount: 'integer' }, indexes: [['owner', 'amount']] },
    { name: 'payments', fields: { group: 'integer', amount: 'integer' }, indexes: [['group']] },
  ],
  types: ['Paid', 'Closed'],
  changes: (event) => {
    const { who, group, amount } = happeningOf(event.data)
    const key = `account-${group}`
    if (event.type === 'Closed')
      return poisoned(event, [{ collection: 'accounts', key, fold: () => undefined }])
    return poisoned(event, [
      { collection: 'payments', key: event.name, fold: () => ({ group, amount }) },
      {
        collection: 'accounts',
        key,
        fold: (document) => ({
          owner: `person-${who}`,
          amount: integer(document, 'amount') + amount,
          history: `${document?.history ?? ''}|${event.position}`,
        }),
      },
    ])
  },
}

const turnedAt = (document: Document | undefined, position: string): 1 | -1 | 0 =>
  document?.turnedAt !== position ? 0 : integer(document, 'count') > 0 ? 1 : -1

const counted = (document: Document | undefined, by: number, position: string): Document | undefined => {
  if (by === 0) return document
  const before = integer(document, 'count')
  const count = before + by
  if (count === 0 && before > 0) return { count, turnedAt: position, turns: integer(document, 'turns') + 1 }
  if (before === 0) return { count, turnedAt: position, turns: integer(document, 'turns') + 1 }
  return { ...document, count }
}

/**
 * Who is in a group, how many members each group has, and how many groups have any: three stages, each given the one
 * before, with no memory but the position of the last turn.
 */
export const members: Projection = {
  name: 'members',
  version: 1,
  collections: [
    { name: 'overall', fields: { count: 'integer' }, indexes: [] },
    { name: 'cells', fields: { count: 'integer' }, indexes: [['count']] },
    { name: 'rows', fields: { count: 'integer' }, indexes: [] },
  ],
  types: ['Joined', 'Left'],
  // Each row is given to a cell, and each cell to the one document over all.
  route: () => 'all',
  changes: (event) => {
    const { who, group } = happeningOf(event.data)
    const { position } = event
    const row = { collection: 'rows', key: `${group}/${who}` }
    const cell = { collection: 'cells', key: `group-${group}` }
    return poisoned(event, [
      {
        ...row,
        fold: (document) => {
          const by = event.type === 'Joined' ? 1 : integer(document, 'count') > 0 ? -1 : 0
          return counted(document, by, position)
        },
      },
      {
        ...cell,
        given: row,
        fold: (document, given) => counted(document, turnedAt(given, position), position),
      },
      {
        collection: 'overall',
        key: 'groups',
        given: cell,
        fold: (document, given) => counted(document, turnedAt(given, position), position),
      },
    ])
  },
}

/**
 * Rows that are touched without their watcher, watchers that change at some turns only and keep no positions, and
 * folds that insist on a row: right only where each fold sees exactly what it saw in the first pass.
 */
export const watchers: Projection = {
  name: 'watchers',
  version: 1,
  collections: [
    { name: 'rows', fields: { count: 'integer' }, indexes: [] },
    { name: 'watchers', fields: { seen: 'integer' }, indexes: [] },
  ],
  types: ['Joined', 'Paid', 'Closed'],
  route: (_, key) => key.slice(key.indexOf('-')),
  changes: (event) => {
    const { group } = happeningOf(event.data)
    const row = { collection: 'rows', key: `row-${group}` }
    if (event.type === 'Closed') {
      const close = (document: Document | undefined) => {
        if (document === undefined && group > 0) throw new Error('There is nothing to close.')
        return undefined
      }
      return poisoned(event, [{ ...row, fold: close }])
    }
    const count: Change = { ...row, fold: (document) => ({ count: integer(document, 'count') + 1 }) }
    if (event.type === 'Paid') return poisoned(event, [count])
    const watch = (document: Document | undefined, given: Document | undefined) => {
      const seen = integer(given, 'count')
      return seen % 2 === 0 ? document : { seen, times: integer(document, 'times') + 1 }
    }
    return poisoned(event, [
      count,
      { collection: 'watchers', key: `watcher-${group}`, given: row, fold: watch },
    ])
  },
}

export const world: readonly Projection[] = [accounts, members]

/** What a projection makes of a log, as simply as can be: the rule that everything else is held to. */
export const oracle = async (
  projection: Projection,
  events: EventStore,
): Promise<{
  readonly documents: Record<string, Record<string, Document>>
  readonly parked: readonly string[]
}> => {
  const documents = new Map<string, Document>()
  const parked = new Map<string, string>()
  for (const stored of (await events.readLog(null, 10_000)).events) {
    if (!projection.types.includes(stored.type) || parked.has(stored.stream)) continue
    try {
      const event = decode(stored)
      if (!event) continue
      const after = new Map(documents)
      for (const { collection, key, given, fold } of projection.changes(event)) {
        const next = fold(
          after.get(`${collection} ${key}`),
          given && after.get(`${given.collection} ${given.key}`),
        )
        if (next?.amount === 0.5) throw new Error('Not an integer.')
        if (next) after.set(`${collection} ${key}`, next)
        else after.delete(`${collection} ${key}`)
      }
      documents.clear()
      for (const [key, document] of after) documents.set(key, document)
    } catch {
      parked.set(stored.stream, `${stored.stream}@${stored.revision}`)
    }
  }
  const byCollection: Record<string, Record<string, Document>> = {}
  for (const { name } of projection.collections) {
    const entries = [...documents].filter(([key]) => key.startsWith(`${name} `))
    byCollection[name] = Object.fromEntries(
      entries.map(([key, document]): [string, Document] => [key.slice(name.length + 1), document]),
    )
  }
  return { documents: byCollection, parked: [...parked.values()].sort() }
}

const plain = fc.record({
  type: fc.constantFrom('Joined', 'Joined', 'Left', 'Paid', 'Paid', 'Closed', 'Noted', 'FromTheFuture'),
  who: fc.nat(4),
  group: fc.nat(2),
  amount: fc.integer({ min: -100, max: 100 }),
} satisfies Record<string, fc.Arbitrary<unknown>>)

/** Logs of which everything can be folded. */
export const soundLogs: fc.Arbitrary<readonly Happening[]> = fc.array(plain, { maxLength: 60, size: 'max' })

/** Logs with a poisoned event here and there. */
export const logs: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: plain },
    {
      weight: 1,
      arbitrary: fc
        .tuple(plain, fc.constantFrom('decode', 'changes', 'fold', 'field'))
        .map(([happening, poison]): Happening => ({ ...happening, poison })),
    },
  ),
  { maxLength: 60, size: 'max' },
)
