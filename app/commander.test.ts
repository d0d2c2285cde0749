import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inParallel } from './commander.ts'

describe('work in parallel', () => {
  it('has no more items under way than it may, and does all of them', async () => {
    let underWay = 0
    let most = 0
    let done = 0
    await inParallel(Array(50).keys(), 7, async () => {
      underWay += 1
      most = Math.max(most, underWay)
      await setTimeout(0)
      underWay -= 1
      done += 1
    })
    expect({ most, done }).toEqual({ most: 7, done: 50 })
  })

  it('begins nothing after a failure, lets end what is under way, and throws the failure', async () => {
    let begun = 0
    let ended = 0
    const work = inParallel(['slow', 'failing', 'slow', 'slow'], 2, async (item) => {
      if (item === 'failing') throw new Error('refused')
      begun += 1
      await setTimeout(5)
      ended += 1
    })
    await expect(work).rejects.toThrow('refused')
    expect({ begun, ended }).toEqual({ begun: 1, ended: 1 })
  })
})
