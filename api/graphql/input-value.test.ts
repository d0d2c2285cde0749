import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { nodeOf } from './input-node.ts'
import { toCommandValue, toInputPath } from './input-value.ts'

const stock = z.discriminatedUnion('policy', [
  z.strictObject({ policy: z.literal('UNLIMITED') }),
  z.strictObject({ policy: z.literal('COUNTED'), units: z.int().min(0) }),
  z.strictObject({ policy: z.literal('MADE_TO_ORDER'), days: z.int(), fee: z.int() }),
])
const claim = z.union([
  z.strictObject({ line: z.int(), units: z.int() }),
  z.strictObject({ line: z.int(), all: z.literal(true) }),
])
const schema = z.strictObject({
  name: z.string(),
  note: z.string().nullable(),
  stock,
  lines: z.array(
    z.strictObject({ stock, tax: z.strictObject({ inclusive: z.literal(true), rate: z.int() }).nullable() }),
  ),
  claims: z.array(claim),
})
const node = nodeOf(schema, 'SampleInput')

const input = {
  name: 'x',
  stock: { counted: 5 },
  lines: [{ stock: { madeToOrder: { days: 2, fee: 7 } }, tax: { rate: 3 } }, { stock: { unlimited: true } }],
  claims: [
    { line: 1, units: 2 },
    { line: 2, all: true },
  ],
}

it('an input becomes what the command takes', () => {
  const command = toCommandValue(node, input)
  expect(schema.parse(command)).toEqual({
    name: 'x',
    note: null,
    stock: { policy: 'COUNTED', units: 5 },
    lines: [
      { stock: { policy: 'MADE_TO_ORDER', days: 2, fee: 7 }, tax: { inclusive: true, rate: 3 } },
      { stock: { policy: 'UNLIMITED' }, tax: null },
    ],
    claims: [
      { line: 1, units: 2 },
      { line: 2, all: true },
    ],
  })
})

describe('a path in the command leads to its place in the input:', () => {
  it.each([
    [['name'], 'name'],
    [['stock', 'units'], 'stock.counted'],
    [['lines', 0, 'stock', 'fee'], 'lines.0.stock.madeToOrder.fee'],
    [['lines', 0, 'stock', 'policy'], 'lines.0.stock'],
    [['lines', 1, 'tax', 'rate'], 'lines.1.tax.rate'],
    [['claims', 1, 'line'], 'claims.1.line'],
    [['nothing', 'of', 'the', 'kind'], 'nothing.of.the.kind'],
  ])('%j', (path, expected) => {
    expect(toInputPath(node, input, path).join('.')).toBe(expected)
  })
})
