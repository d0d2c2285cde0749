import { expect, it } from 'vitest'
import type { EventMetadata } from '../../eventstore/event.ts'
import { createGate } from './gate.ts'

const metadata: EventMetadata = {
  actor: { kind: 'SYSTEM', id: 'test', onBehalfOf: null },
  commandId: 'command',
  payloadHash: 'hash',
  correlationId: 'correlation',
  causationId: null,
  occurredAt: '2026-01-01T00:00:00.000Z',
  recordedAt: '2026-01-01T00:00:00.000Z',
  read: {},
  traceparent: null,
  previousHash: null,
}
const at = (position: number, minute: number) => ({
  position: String(position),
  metadata: { ...metadata, recordedAt: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString() },
})
const engine = () => {
  const marks = new Map<string, string>()
  return {
    mark: async (name: string) => marks.get(name) ?? null,
    setMark: async (name: string, value: string) => {
      marks.set(name, value)
    },
  }
}
const gateOf = (kept: ReturnType<typeof engine>, epoch: string) =>
  createGate({ engine: kept, name: 'g', epoch, comparePositions: (a, b) => Number(a) - Number(b) })

it('passes what was done, wherever its process begins again', async () => {
  const kept = engine()
  const gate = gateOf(kept, 'one')
  await gate.begin(null, at(0, 0).metadata.recordedAt)
  expect((await gate.passed())(at(1, 1))).toBe(false)
  await gate.pass(at(5, 5))
  await gate.pass(at(2, 2))
  const passed = await gateOf(kept, 'one').passed()
  expect([5, 6].map((n) => passed(at(n, n)))).toEqual([true, false])
})

it('begins at the end of the log where nothing is kept, and only there', async () => {
  const gate = gateOf(engine(), 'one')
  await gate.begin('7', at(7, 7).metadata.recordedAt)
  await gate.begin('9', at(9, 9).metadata.recordedAt)
  const passed = await gate.passed()
  expect([7, 8].map((n) => passed(at(n, n)))).toEqual([true, false])
})

it('tells by time what was done in another epoch, does again what is in doubt, and never goes back', async () => {
  const kept = engine()
  await gateOf(kept, 'one').pass(at(500, 30))
  const moved = gateOf(kept, 'two')
  const passed = await moved.passed()
  expect(passed(at(1, 10))).toBe(true)
  expect(passed(at(2, 29))).toBe(true)
  expect(passed(at(3, 30))).toBe(false)
  expect(passed(at(4, 31))).toBe(false)
  await moved.pass(at(1, 10))
  expect((await moved.passed())(at(2, 29))).toBe(true)
  await moved.pass(at(4, 31))
  const after = await moved.passed()
  expect([at(4, 31), at(5, 31)].map(after)).toEqual([true, false])
})
