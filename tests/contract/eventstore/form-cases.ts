import { describe, expect, it } from 'vitest'
import { AppendTooLarge, appendLimits, InvalidAppend } from '../../../eventstore/port.ts'
import { append, appendOf, type Engine, eventOf, eventsOf, newStream } from './kit.ts'

const bytesOf = ({ data, metadata }: { data: string; metadata: string }): number =>
  Buffer.byteLength(data) + Buffer.byteLength(metadata)

/** One event of exactly so many bytes, filled up with a character. */
const eventOfSize = (stream: string, bytes: number, filler = 'x') => {
  const empty = bytesOf(eventOf(stream, 0, { data: '' }))
  const fillers = Math.floor((bytes - empty) / Buffer.byteLength(filler))
  const rest = bytes - empty - fillers * Buffer.byteLength(filler)
  return eventOf(stream, 0, { data: filler.repeat(fillers) + 'x'.repeat(rest) })
}

export const formCases = ({ shared }: Engine): void => {
  describe('the form of an append', () => {
    it('is refused without events', async () => {
      const stream = newStream()
      await expect(shared().append({ stream, expectedRevision: -1, events: [] })).rejects.toThrow(
        InvalidAppend,
      )
      expect(await shared().headRevision(stream)).toBe(-1)
    })

    it.each([
      ['leaves a revision out', [0, 2]],
      ['has a revision twice', [0, 0]],
      ['goes backwards', [1, 0]],
      ['does not begin after the expected revision', [1, 2]],
    ])('is refused where it %s', async (_, revisions) => {
      const stream = newStream()
      const events = revisions.map((revision) => eventOf(stream, revision))
      await expect(shared().append({ stream, expectedRevision: -1, events })).rejects.toThrow(InvalidAppend)
      expect(await shared().headRevision(stream)).toBe(-1)
    })

    it('is refused with an event of another stream, and neither has it', async () => {
      const [stream, other] = [newStream(), newStream()]
      const events = [eventOf(stream, 0), eventOf(other, 1)]
      await expect(shared().append({ stream, expectedRevision: -1, events })).rejects.toThrow(InvalidAppend)
      expect(await shared().headRevision(stream)).toBe(-1)
      expect(await shared().headRevision(other)).toBe(-1)
    })

    it.each([
      ['nothing', ''],
      ['no dash', 'purchase'],
      ['no category', '-1'],
      ['no id', 'purchase-'],
      ['a dollar sign first', '$purchase-1'],
      ['a digit first', '1purchase-1'],
      ['a space', 'purchase-1 2'],
      ['a line break', 'purchase-1\n'],
      ['a NUL', 'purchase-\u0000'],
      ['letters beyond ASCII', 'purchase-é'],
      ['201 characters', `purchase-${'x'.repeat(192)}`],
    ])('is refused for a stream name of %s', async (_, stream) => {
      await expect(append(shared(), [eventOf(stream, 0)])).rejects.toThrow(InvalidAppend)
    })

    it.each([
      ['200 characters', `${newStream()}-`.padEnd(200, 'x')],
      ['dashes', `${newStream()}--`],
      ['signs', `${newStream()}'"%_*?;/\\@{}[]~`],
    ])('may have a stream name of %s', async (_, stream) => {
      await append(shared(), [eventOf(stream, 0)])
      expect((await shared().readStream(stream))[0]).toMatchObject({ stream, revision: 0 })
    })

    it.each(['', '$Created', 'Something Happened', '1st', 'x'.repeat(101)])(
      'is refused with an event of type "%s"',
      async (type) => {
        await expect(append(shared(), [eventOf(newStream(), 0, { type })])).rejects.toThrow(InvalidAppend)
      },
    )

    it.each([0, -1, 1.5, Number.NaN])('is refused with a schema version of %s', async (schemaVersion) => {
      const event = { ...eventOf(newStream(), 0), schemaVersion }
      await expect(append(shared(), [event])).rejects.toThrow(InvalidAppend)
    })

    it.each(['', 'abc', 'F'.repeat(64), 'g'.repeat(64)])(
      'is refused with an event of the hash "%s"',
      async (hash) => {
        const event = { ...eventOf(newStream(), 0), hash }
        await expect(append(shared(), [event])).rejects.toThrow(InvalidAppend)
      },
    )

    it.each([-2, 0.5, Number.NaN, 2 ** 53])(
      'is refused where it expects revision %s',
      async (expectedRevision) => {
        const stream = newStream()
        const events = [eventOf(stream, 0)]
        await expect(shared().append({ stream, expectedRevision, events })).rejects.toThrow(InvalidAppend)
      },
    )

    it('is refused before the stream is looked at: a repeat that is out of form is no repeat', async () => {
      const events = eventsOf(newStream(), 0, 2)
      await append(shared(), events)
      await expect(shared().append({ ...appendOf(events), events: events.toReversed() })).rejects.toThrow(
        InvalidAppend,
      )
    })
  })

  describe('the size of an append', () => {
    it(`may be ${appendLimits.events} events`, async () => {
      const stream = newStream()
      const answer = await append(shared(), eventsOf(stream, 0, appendLimits.events))
      expect(answer.revision).toBe(appendLimits.events - 1)
    })

    it('is refused with one event more, and nothing is written', async () => {
      const stream = newStream()
      const events = eventsOf(stream, 0, appendLimits.events + 1)
      await expect(append(shared(), events)).rejects.toThrow(AppendTooLarge)
      expect(await shared().headRevision(stream)).toBe(-1)
    })

    it.each(['x', 'é', '€', '🎁'])(`may be ${appendLimits.bytes} bytes of "%s" as UTF-8`, async (filler) => {
      const stream = newStream()
      const event = eventOfSize(stream, appendLimits.bytes, filler)
      expect(bytesOf(event)).toBe(appendLimits.bytes)
      await append(shared(), [event])
      expect((await shared().readStream(stream))[0]?.data).toBe(event.data)
    })

    it.each(['x', '€'])('is refused with one byte more of "%s", and nothing is written', async (filler) => {
      const stream = newStream()
      const event = eventOfSize(stream, appendLimits.bytes + 1, filler)
      await expect(append(shared(), [event])).rejects.toThrow(AppendTooLarge)
      expect(await shared().headRevision(stream)).toBe(-1)
    })

    it('counts all its events together', async () => {
      const stream = newStream()
      const half = 'x'.repeat(appendLimits.bytes / 2)
      const events = [eventOf(stream, 0, { data: half }), eventOf(stream, 1, { data: half })]
      await expect(append(shared(), events)).rejects.toThrow(AppendTooLarge)
    })
  })
}
