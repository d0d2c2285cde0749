import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runAll } from './pipeline.ts'

describe('a pipeline', () => {
  it('has no more tasks under way than it may, and does all of them', async () => {
    let underWay = 0
    let most = 0
    let done = 0
    const task = async () => {
      underWay += 1
      most = Math.max(most, underWay)
      await setTimeout(0)
      underWay -= 1
    }
    await runAll(
      Array.from({ length: 50 }, () => task),
      {
        inFlight: 7,
        done: () => {
          done += 1
        },
      },
    )
    expect({ most, done }).toEqual({ most: 7, done: 50 })
  })

  it('begins nothing after a failure, lets end what is under way, and throws the first failure', async () => {
    let ended = 0
    let begun = 0
    const slow = async () => {
      begun += 1
      await setTimeout(5)
      ended += 1
    }
    const failing = async () => {
      throw new Error('refused')
    }
    const tasks = [slow, failing, slow, slow, slow]
    await expect(runAll(tasks, { inFlight: 2, done: () => undefined })).rejects.toThrow('refused')
    expect({ begun, ended }).toEqual({ begun: 1, ended: 1 })
  })

  it('stops where it is told to', async () => {
    const stop = new AbortController()
    let begun = 0
    const tasks = Array.from({ length: 20 }, () => async () => {
      begun += 1
      if (begun === 4) stop.abort(new Error('stopped'))
    })
    await expect(runAll(tasks, { inFlight: 1, done: () => undefined, signal: stop.signal })).rejects.toThrow(
      'stopped',
    )
    expect(begun).toBe(4)
  })
})
