import { describe, expect, it } from 'vitest'
import { hashOf } from '../../../eventstore/seal.ts'
import { append, type Engine, eventOf, newStream, withoutPosition } from './kit.ts'

const texts: readonly (readonly [string, unknown])[] = [
  ['of many scripts', { greeting: ['妈妈', 'مرحبا', 'Здравствуй', 'à la carte', 'नमस्ते', 'ｗｉｄｅ'] }],
  ['beyond the basic plane', { basket: '🎁👩‍👧‍👦𝒜𐍈' }],
  ['composed and decomposed alike', { composed: 'é', decomposed: 'e\u0301' }],
  ['with control characters', { text: '\u0000\u0001\t\r\n\u001f\u007f\u0085' }],
  ['with line and paragraph separators', { text: '\u2028\u2029\ufeff' }],
  ['with quotes and backslashes', { text: `"'\\/\\u0041</script>` }],
  ['with keys that look like numbers', { 9: 'nine', 10: 'ten', 1: 'one' }],
  [
    'with keys that engines and languages keep to themselves',
    { __proto: 1, $type: 2, constructor: 3, '': 4 },
  ],
  [
    'with numbers at the edge',
    { numbers: [0, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER] },
  ],
  ['that are no object', ['a list', null, true, 0]],
  ['of an empty object', {}],
  ['of 900,000 characters', { long: 'Ab€'.repeat(180_000) }],
]

export const textCases = ({ shared }: Engine): void => {
  describe('texts', () => {
    it.each(texts)('%s come back to the byte, from the stream and from the log', async (_, data) => {
      const stream = newStream()
      const before = await shared().head()
      const event = eventOf(stream, 0, { data })
      await append(shared(), [event])
      expect(withoutPosition(await shared().readStream(stream))).toEqual([event])
      const page = await shared().readLog(before, 1_000)
      expect(withoutPosition(page.events)).toContainEqual(event)
    })

    it('of metadata come back to the byte', async () => {
      const stream = newStream()
      const read = { 'offer-2': 10, 'offer-10': 2, [newStream('bundle')]: -1 }
      const event = eventOf(stream, 0, { metadata: { read, traceparent: `00-${'a'.repeat(32)}-01` } })
      await append(shared(), [event])
      expect((await shared().readStream(stream))[0]?.metadata).toBe(event.metadata)
    })

    it('still give their hash after a reading', async () => {
      const stream = newStream()
      await append(shared(), [eventOf(stream, 0, { data: { 10: 'ten', 9: '€' }, schemaVersion: 3 })])
      for (const event of await shared().readStream(stream)) expect(hashOf(event)).toBe(event.hash)
    })

    it('type and schema version come back', async () => {
      const stream = newStream()
      await append(shared(), [eventOf(stream, 0, { type: 'Some.thing_Happened2', schemaVersion: 2 ** 31 })])
      expect((await shared().readStream(stream))[0]).toMatchObject({
        type: 'Some.thing_Happened2',
        schemaVersion: 2 ** 31,
      })
    })
  })
}
