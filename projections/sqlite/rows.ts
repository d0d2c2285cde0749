/** What is read back from a file: parsed at this edge. */
import { z } from 'zod'
import type { Checkpoint, ParkedStream, StoredDocument } from '../documents.ts'
import type { LeaseState } from '../leases.ts'
import { parseDocument } from '../spec.ts'

export type Row = Record<string, unknown>

export const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  throw new TypeError(`Expected text in a view, found ${typeof value}.`)
}

export const numberOf = (value: unknown): number => {
  if (typeof value === 'number') return value
  throw new TypeError(`Expected a number in a view, found ${typeof value}.`)
}

const parkedShape = z.object({
  projection: z.string(),
  stream: z.string(),
  event: z.string(),
  position: z.string(),
  reason: z.string(),
  at: z.string(),
  collections: z.array(z.string()),
})

const checkpointShape = z.object({
  epoch: z.string(),
  position: z.string().nullable(),
  event: z.string().nullable(),
  recordedAt: z.string().nullable(),
  scanned: z.number(),
})

/** With its partition. */
export const checkpointOf = (row: Row): readonly [number, Checkpoint] => {
  const { partition, ...checkpoint } = row
  return [numberOf(partition), checkpointShape.parse(checkpoint)]
}

const leaseShape = z.object({ owner: z.string().nullable(), token: z.number() })

/** Of a partition that nobody ever claimed there is no row. */
export const leaseOf = (row: Row | undefined): LeaseState =>
  row === undefined ? { owner: null, token: 0 } : leaseShape.parse(row)

export const parkedOf = (row: Row): ParkedStream => parkedShape.parse(JSON.parse(textOf(row.parked)))

export const storedOf = (row: Row): StoredDocument => ({
  key: textOf(row.key),
  position: textOf(row.position),
  document: parseDocument(textOf(row.document)),
})
