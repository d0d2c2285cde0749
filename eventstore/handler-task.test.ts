import { describe, expect, it } from 'vitest'
import { type Decider, nothingElse } from '../domain/decider.ts'
import { CommandTask } from './handler-task.ts'

interface Counted {
  readonly type: 'Counted'
  readonly data: { readonly by: number }
}

const counter: Decider<number, { readonly by: number }, Counted> = {
  category: 'counter',
  initial: 0,
  evolve: (sum, { data }) => sum + data.by,
  types: ['Counted'],
  gather: nothingElse,
  decide: (_sum, { by }) => [{ type: 'Counted', data: { by } }],
}

const taskOf = (decider: typeof counter = counter) => {
  let answered = 0
  const task = new CommandTask(
    decider,
    { by: 2 },
    {
      commandId: 'command',
      correlationId: 'correlation',
      causationId: null,
      actor: { kind: 'PERSON', id: 'person_1', onBehalfOf: null },
      occurredAt: null,
      traceparent: null,
    },
    false,
    {
      look: async (source) => source.initial,
      elapsed: () => 0,
      answered: () => {
        answered += 1
      },
    },
  )
  return { task, answered: () => answered }
}

describe('a command on its way', () => {
  it('is decided only after it has gathered', async () => {
    const { task } = taskOf()
    expect(task.gathered).toBe(false)
    expect(() => task.decide(0)).toThrow('before it had gathered')
    await task.gather()
    expect(task.gathered).toBe(true)
    expect(task.decide(5)).toEqual({ events: [{ type: 'Counted', data: { by: 2 } }], state: 7 })
  })

  it('throws what went wrong in gathering when it is decided', async () => {
    const { task } = taskOf({
      ...counter,
      gather: () => {
        throw new RangeError('no such thing')
      },
    })
    await task.gather()
    expect(() => task.decide(0)).toThrow(RangeError)
  })

  it('is answered once, whatever comes later', async () => {
    const { task, answered } = taskOf()
    task.failed(new Error('first'))
    task.failed(new Error('second'))
    task.done({ state: 1, revision: 0, position: null, event: null, events: [], replayed: false })
    await expect(task.answer).rejects.toThrow('first')
    expect(answered()).toBe(1)
  })
})
