import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const title = /\bit\(\s*(['"`])(I\d.*?)\1,/gs
const range = /I(\d+)(?: to I(\d+))?/g

/** Numbers of the invariants that a title begins with: `I1, I2, I10 to I12: …`. */
const numbersOf = (text: string): readonly number[] =>
  [...(text.split(':', 1)[0] ?? '').matchAll(range)].flatMap(([, from, to = from]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i),
  )

it('each invariant of splits, refunds, replay, currencies and tenancy is a property with its name', () => {
  const held = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(join(import.meta.dirname, name), 'utf8').matchAll(title)])
    .flatMap(([, , text = '']) => numbersOf(text))
  const wanted = [...Array.from({ length: 15 }, (_, i) => i + 1), 25, 26, 27]
  expect([...new Set(held)].sort((a, b) => a - b)).toEqual(wanted)
})
