import { setImmediate as nextRound } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Turns } from './turns.ts'

const steps = async (name: string, log: string[], count = 3): Promise<void> => {
  for (let step = 1; step <= count; step += 1) {
    log.push(`${name}${step}`)
    await undefined
  }
}

describe('turns', () => {
  it('take one piece of work to its end before the next begins, in the order asked', async () => {
    const turns = new Turns()
    const log: string[] = []
    await Promise.all(['a', 'b', 'c'].map((name) => turns.take(() => steps(name, log))))
    expect(log).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3'])
  })

  it('begin at once where nobody has one', async () => {
    const turns = new Turns()
    const log: string[] = []
    const first = turns.take(() => steps('a', log))
    expect(log).toEqual(['a1'])
    await first
    void turns.take(() => steps('b', log))
    expect(log).toEqual(['a1', 'a2', 'a3', 'b1'])
  })

  it('let all others begin while one waits for something outside, and again those who come later', async () => {
    const turns = new Turns()
    const log: string[] = []
    const { promise: answer, resolve } = Promise.withResolvers<void>()
    const slow = turns.take(async () => {
      await answer
      log.push('slow')
    })
    const others = ['a', 'b'].map((name) => turns.take(() => steps(name, log, 1)))
    expect(log).toEqual([])
    await Promise.all(others)
    await turns.take(() => steps('c', log, 1))
    expect(log).toEqual(['a1', 'b1', 'c1'])
    resolve()
    await slow
    expect(log.at(-1)).toBe('slow')
  })

  it('go on after work that failed, and tell who asked for it', async () => {
    const turns = new Turns()
    const log: string[] = []
    const fails = turns.take(async () => {
      await undefined
      throw new RangeError('no')
    })
    const next = turns.take(() => steps('a', log, 1))
    await expect(fails).rejects.toThrow(RangeError)
    await next
    await expect(
      turns.take(() => {
        throw new RangeError('at once')
      }),
    ).rejects.toThrow('at once')
    await turns.take(() => steps('b', log, 1))
    expect(log).toEqual(['a1', 'b1'])
  })

  it('leave nobody waiting, however work waits and comes', async () => {
    const turns = new Turns()
    let done = 0
    const work = (index: number) => async (): Promise<void> => {
      for (let step = 0; step < index % 4; step += 1) await (index % 3 === 0 ? nextRound() : undefined)
      done += 1
    }
    const all: Promise<void>[] = []
    for (let index = 0; index < 300; index += 1) {
      all.push(turns.take(work(index)))
      if (index % 50 === 0) await nextRound()
    }
    await Promise.all(all)
    expect(done).toBe(300)
  })
})
