import { describe, expect, it } from 'vitest'
import { DoneCommands, rememberedCommands } from './handler-keys.ts'

describe('the commands that a stream remembers', () => {
  it('have the revisions of their first and last event', () => {
    const done = new DoneCommands()
    done.add('a', 'hash', 4)
    done.add('a', 'hash', 5)
    done.add('b', 'other', 6)
    expect(done.get('a')).toEqual({ payloadHash: 'hash', first: 4, last: 5 })
    expect(done.get('b')).toEqual({ payloadHash: 'other', first: 6, last: 6 })
    expect(done.get('c')).toBeUndefined()
  })

  it('answer with the first time where an id comes again later', () => {
    const done = new DoneCommands()
    done.add('a', 'hash', 0)
    done.add('b', 'hash', 1)
    done.add('a', 'other', 2)
    expect(done.get('a')).toEqual({ payloadHash: 'hash', first: 0, last: 0 })
  })

  it('may be set as a whole after their events were added', () => {
    const done = new DoneCommands()
    done.add('a', 'hash', 0)
    done.set('a', { payloadHash: 'hash', first: 0, last: 1 })
    done.set('b', { payloadHash: 'hash', first: 2, last: 2 })
    expect(done.get('a')?.last).toBe(1)
    expect(done.size).toBe(2)
  })

  it('are all named, be there none, one or several', () => {
    const done = new DoneCommands()
    const command = { payloadHash: 'hash', first: 0, last: 0 }
    for (const ids of [[], ['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      for (const id of ids) done.set(id, command)
      expect([...done.entries()]).toEqual(ids.map((id) => [id, command]))
    }
  })

  it(`are the last ${rememberedCommands}: the oldest goes when another comes`, () => {
    const done = new DoneCommands()
    const total = rememberedCommands * 2 + 3
    for (let revision = 0; revision < total; revision += 1) done.add(`command-${revision}`, 'hash', revision)
    expect(done.size).toBe(rememberedCommands)
    expect(done.get(`command-${total - rememberedCommands - 1}`)).toBeUndefined()
    expect(done.get(`command-${total - rememberedCommands}`)).toBeDefined()
    expect(done.get(`command-${total - 1}`)).toBeDefined()
  })
})
