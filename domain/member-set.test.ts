import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fnv1a, hasMember, membersOf, noMembers, withMembers, withoutMembers } from './member-set.ts'

it('FNV-1a gives the published values', () => {
  expect([fnv1a(''), fnv1a('a'), fnv1a('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968])
})

it('a member set behaves as a set, and what it was before stays as it was', () => {
  const ids = fc.array(fc.stringMatching(/^[a-z]{1,2}$/), { maxLength: 10 })
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), ids)), (changes) => {
      let set = noMembers
      const model = new Set<string>()
      for (const [entering, moved] of changes) {
        const before = set
        const heldBefore = membersOf(before)
        set = entering ? withMembers(set, moved) : withoutMembers(set, moved)
        for (const id of moved) entering ? model.add(id) : model.delete(id)
        expect(membersOf(before)).toEqual(heldBefore)
      }
      expect(membersOf(set)).toEqual([...model].sort())
      expect(set.size).toBe(model.size)
      for (const id of model) expect(hasMember(set, id)).toBe(true)
      expect(hasMember(set, 'zzz')).toBe(false)
    }),
  )
})
