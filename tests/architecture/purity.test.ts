import { expect, it } from 'vitest'
import { impurities } from './purity.ts'
import { readSourceFiles } from './source-files.ts'

it('domain reads no clock, no randomness, no locale and nothing of the machine', () => {
  const domain = readSourceFiles().filter(
    ({ path }) => path.startsWith('domain/') && !path.endsWith('.test.ts'),
  )
  expect(domain).not.toHaveLength(0)
  expect(domain.flatMap(({ path, source }) => impurities(path, source))).toEqual([])
})

it.each([
  ['the time', 'const now = Date.now()'],
  ['the time as a date', 'const now = new Date()'],
  ['the time as text', 'const now = Date()'],
  ['randomness', 'const x = Math.random()'],
  ['a random id', 'const id = crypto.randomUUID()'],
  ['the environment', 'const x = process.env.HOME'],
  ['the network', "const x = fetch('http://127.0.0.1')"],
  ['a timer', 'setTimeout(() => {}, 1)'],
  ['the locale', "const x = new Intl.NumberFormat('en')"],
  ['the locale of a number', 'const x = (1).toLocaleString()'],
  ['the locale of an order', "const x = 'a'.localeCompare('b')"],
  ['a way around', 'const x = globalThis.Date'],
])('the rule goes red on %s', (_, source) => {
  expect(impurities('domain/a.ts', source)).toHaveLength(1)
})

it('takes dates that are computed from what is given', () => {
  expect(
    impurities('domain/a.ts', 'const x = new Date(at).getTime() + Date.UTC(2026, 0) + Date.parse(at)'),
  ).toEqual([])
})
