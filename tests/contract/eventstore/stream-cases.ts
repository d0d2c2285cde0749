import { describe, expect, it } from 'vitest'
import type { StreamRead } from '../../../eventstore/port.ts'
import { append, type Engine, eventsOf, newStream, revisionsOf, withoutPosition, written } from './kit.ts'

const cases: readonly (readonly [string, StreamRead, readonly number[]])[] = [
  ['all in order where nothing else is said', {}, [0, 1, 2, 3, 4]],
  ['forwards from a revision, which is included', { from: 2 }, [2, 3, 4]],
  ['forwards from the last revision', { from: 4 }, [4]],
  ['nothing forwards from past the end', { from: 5 }, []],
  ['nothing forwards from far past the end', { from: 1_000_000 }, []],
  ['as many as asked for', { limit: 3 }, [0, 1, 2]],
  ['as many as asked for from a revision', { from: 1, limit: 2 }, [1, 2]],
  ['what there is where more is asked for', { from: 3, limit: 100 }, [3, 4]],
  ['nothing where nothing is asked for', { limit: 0 }, []],
  ['all backwards', { direction: 'backwards' }, [4, 3, 2, 1, 0]],
  ['backwards from a revision, which is included', { direction: 'backwards', from: 2 }, [2, 1, 0]],
  ['backwards from past the end what is there', { direction: 'backwards', from: 99 }, [4, 3, 2, 1, 0]],
  ['backwards as many as asked for', { direction: 'backwards', limit: 2 }, [4, 3]],
  ['backwards as many as asked for from a revision', { direction: 'backwards', from: 3, limit: 2 }, [3, 2]],
  [
    'backwards from past the end as many as asked for',
    { direction: 'backwards', from: 99, limit: 2 },
    [4, 3],
  ],
  ['backwards to the first and no further', { direction: 'backwards', from: 0, limit: 10 }, [0]],
  ['nothing backwards where nothing is asked for', { direction: 'backwards', limit: 0 }, []],
]

export const streamCases = ({ shared }: Engine): void => {
  describe('reading a stream', () => {
    it.each(cases)('gives %s', async (_, read, revisions) => {
      const { stream } = await written(shared(), 5)
      expect(revisionsOf(await shared().readStream(stream, read))).toEqual(revisions)
    })

    it.each(['forwards', 'backwards'] as const)('that does not exist gives nothing %s', async (direction) => {
      const stream = newStream()
      expect(await shared().readStream(stream, { direction })).toEqual([])
      expect(await shared().readStream(stream, { direction, from: 3, limit: 2 })).toEqual([])
    })

    it('gives what was appended, whole', async () => {
      const { stream, events } = await written(shared(), 3)
      expect(withoutPosition(await shared().readStream(stream))).toEqual(events)
    })

    it('gives the same events in both directions', async () => {
      const { stream } = await written(shared(), 7)
      const forwards = await shared().readStream(stream)
      expect(await shared().readStream(stream, { direction: 'backwards' })).toEqual(forwards.toReversed())
    })

    it('gives a thousand where no limit is named, and the rest when asked', async () => {
      const stream = newStream()
      await append(shared(), eventsOf(stream, 0, 700))
      await append(shared(), eventsOf(stream, 700, 500))
      const first = await shared().readStream(stream)
      const rest = await shared().readStream(stream, { from: 1_000 })
      expect(revisionsOf([...first, ...rest])).toEqual(Array.from({ length: 1_200 }, (_, index) => index))
      expect(first).toHaveLength(1_000)
    })

    it('gives more than a thousand where more is asked for', async () => {
      const stream = newStream()
      await append(shared(), eventsOf(stream, 0, 700))
      await append(shared(), eventsOf(stream, 700, 500))
      expect(await shared().readStream(stream, { limit: 5_000 })).toHaveLength(1_200)
    })

    it('shows an append as soon as it was answered', async () => {
      const stream = newStream()
      for (let revision = 0; revision < 20; revision += 1) {
        await append(shared(), eventsOf(stream, revision, 1))
        expect(await shared().readStream(stream)).toHaveLength(revision + 1)
      }
    })

    it('gives none of another stream that begins alike', async () => {
      const { stream } = await written(shared(), 1)
      await append(shared(), eventsOf(`${stream}-more`, 0, 2))
      expect(await shared().readStream(stream)).toHaveLength(1)
    })

    it.each([-1, 0.5, Number.NaN])('is refused from revision %s', async (from) => {
      await expect(shared().readStream(newStream(), { from })).rejects.toThrow(RangeError)
    })

    it.each([-1, 0.5, Number.NaN])('is refused for %s events', async (limit) => {
      await expect(shared().readStream(newStream(), { limit })).rejects.toThrow(RangeError)
    })
  })

  describe('the head of a stream', () => {
    it('is -1 where the stream does not exist', async () => {
      expect(await shared().headRevision(newStream())).toBe(-1)
    })

    it('is the revision of the last event', async () => {
      const { stream } = await written(shared(), 4)
      expect(await shared().headRevision(stream)).toBe(3)
      await append(shared(), eventsOf(stream, 4, 2))
      expect(await shared().headRevision(stream)).toBe(5)
    })

    it('stays after a refusal and a repeat', async () => {
      const { stream, events } = await written(shared(), 2)
      await append(shared(), events)
      await append(shared(), eventsOf(stream, 5, 1)).catch(() => {})
      expect(await shared().headRevision(stream)).toBe(1)
    })
  })
}
