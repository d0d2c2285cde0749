import { describe, expect, it } from 'vitest'
import { WrongExpectedRevision } from '../../../eventstore/port.ts'
import {
  append,
  appendOf,
  type Engine,
  eventOf,
  eventsOf,
  newStream,
  revisionsOf,
  settled,
  written,
} from './kit.ts'

export const appendCases = ({ shared }: Engine): void => {
  describe('appending', () => {
    it('makes a stream of what is appended where none is expected', async () => {
      const { stream, events, answer } = await written(shared(), 1)
      const [stored] = await shared().readStream(stream)
      expect(stored).toEqual({ ...events[0], position: answer.position })
      expect(answer.revision).toBe(0)
    })

    it('answers with the revision and position of the last event', async () => {
      const { stream, answer } = await written(shared(), 5)
      const stored = await shared().readStream(stream)
      expect(answer).toMatchObject({ revision: 4, position: stored.at(-1)?.position })
    })

    it('answers with the position of each event, if it tells more than that of the last', async () => {
      const { stream, events, answer } = await written(shared(), 3)
      const positions = (await shared().readStream(stream)).map(({ position }) => position)
      if (answer.positions !== undefined) expect(answer.positions).toEqual(positions)
      const again = await append(shared(), events.slice(0, 2))
      if (again.positions !== undefined) expect(again.positions).toEqual(positions.slice(0, 2))
    })

    it('goes on at the expected revision', async () => {
      const { stream, answer } = await written(shared(), 2)
      const next = await append(shared(), eventsOf(stream, 2, 3))
      expect(next.revision).toBe(4)
      expect(shared().comparePositions(next.position, answer.position)).toBeGreaterThan(0)
      expect(revisionsOf(await shared().readStream(stream))).toEqual([0, 1, 2, 3, 4])
    })

    it('refuses other events where no stream is expected and one exists, and says where it is', async () => {
      const { stream } = await written(shared(), 3)
      await expect(append(shared(), eventsOf(stream, 0, 1, 'other'))).rejects.toMatchObject({
        name: 'WrongExpectedRevision',
        stream,
        expected: -1,
        actual: 2,
      })
    })

    it('refuses to go on where the stream does not exist, which is revision -1', async () => {
      const stream = newStream()
      const refusal = await append(shared(), eventsOf(stream, 1, 1)).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(WrongExpectedRevision)
      expect(refusal).toMatchObject({ stream, expected: 0, actual: -1 })
    })

    it('refuses to go on past the end', async () => {
      const { stream } = await written(shared(), 2)
      await expect(append(shared(), eventsOf(stream, 7, 1))).rejects.toMatchObject({ expected: 6, actual: 1 })
    })

    it('refuses to go on before the end', async () => {
      const { stream } = await written(shared(), 4)
      await expect(append(shared(), eventsOf(stream, 2, 1, 'other'))).rejects.toMatchObject({
        expected: 1,
        actual: 3,
      })
    })

    it('takes one of two that found a stream at the same moment, and refuses the second', async () => {
      const stream = newStream()
      const { answers, errors } = await settled([
        append(shared(), eventsOf(stream, 0, 1, 'first')),
        append(shared(), eventsOf(stream, 0, 1, 'second')),
      ])
      expect(answers).toHaveLength(1)
      expect(errors).toEqual([
        expect.objectContaining({ name: 'WrongExpectedRevision', expected: -1, actual: 0 }),
      ])
      expect(await shared().readStream(stream)).toHaveLength(1)
    })

    it('writes nothing of what it refuses', async () => {
      const { stream, events } = await written(shared(), 2)
      await expect(append(shared(), eventsOf(stream, 1, 3, 'other'))).rejects.toThrow(WrongExpectedRevision)
      expect((await shared().readStream(stream)).map(({ hash }) => hash)).toEqual(
        events.map(({ hash }) => hash),
      )
      expect(await shared().headRevision(stream)).toBe(1)
    })

    it('takes a corrected append after a refusal', async () => {
      const { stream } = await written(shared(), 2)
      const refusal = await append(shared(), eventsOf(stream, 1, 1, 'other')).catch((error: unknown) => error)
      const actual = refusal instanceof WrongExpectedRevision ? refusal.actual : Number.NaN
      await expect(append(shared(), eventsOf(stream, actual + 1, 1, 'other'))).resolves.toMatchObject({
        revision: 2,
      })
    })

    it('keeps apart streams whose names differ in case, or begin alike', async () => {
      const stream = newStream()
      const names = [stream, stream.toUpperCase(), `${stream}-1`, stream.slice(0, -1)]
      await Promise.all(names.map((name, index) => append(shared(), eventsOf(name, 0, index + 1))))
      expect(await Promise.all(names.map((name) => shared().headRevision(name)))).toEqual([0, 1, 2, 3])
    })

    it('writes the same content again at a new revision: it is another event', async () => {
      const stream = newStream()
      const data = { the: 'same' }
      await append(shared(), [eventOf(stream, 0, { data })])
      await append(shared(), [eventOf(stream, 1, { data })])
      const stored = await shared().readStream(stream)
      expect(stored.map((event) => event.data)).toEqual(['{"the":"same"}', '{"the":"same"}'])
    })

    it('writes two events of the same content in one append', async () => {
      const stream = newStream()
      const data = { the: 'same' }
      await append(shared(), [eventOf(stream, 0, { data }), eventOf(stream, 1, { data })])
      expect(await shared().headRevision(stream)).toBe(1)
    })

    it('does not change what it is given', async () => {
      const events = Object.freeze(eventsOf(newStream(), 0, 2).map((event) => Object.freeze(event)))
      await expect(shared().append(Object.freeze(appendOf(events)))).resolves.toMatchObject({ revision: 1 })
    })
  })
}
