import { expect, it } from 'vitest'
import { headOf, lineOf } from './cells.ts'

const line = (...cells: Parameters<typeof lineOf>[2]) => lineOf('CSV', [], cells)

it.each(['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '-', '+49 30', '=HYPERLINK("x")'])(
  'no cell is a formula: %j',
  (text) => {
    expect(line(text).replace('"', '')).toMatch(/^'/)
  },
)

it('a carriage return ahead is made harmless, and quoted', () => {
  expect(line('\r=1')).toBe(`"'\r=1"\r\n`)
})

it('amounts below zero stay numbers', () => {
  expect(line(-1250, '-12.50', 0)).toBe('-1250,-12.50,0\r\n')
})

it('cells with quotes, commas and line ends are quoted; nothing is an empty cell', () => {
  expect(line('a "b"', 'c,d', 'e\nf', null, true)).toBe('"a ""b""","c,d","e\nf",,true\r\n')
})

it('a CSV begins with the mark of UTF-8 and a header, JSONL with nothing', () => {
  expect(headOf('CSV', ['a', 'b'])).toBe('\uFEFFa,b\r\n')
  expect(headOf('JSONL', ['a', 'b'])).toBe('')
})

it('JSONL holds text as it is', () => {
  expect(lineOf('JSONL', ['a', 'b', 'c'], ['=1', -2, null])).toBe('{"a":"=1","b":-2,"c":null}\n')
})
