/**
 * Ids that were derived lately: each purchase asks for several that the last ones asked for. They are found by their parts
 * one after the other, whose hashes are mostly known; a text put together of them would have to be hashed each time.
 */
import type { Derive } from '../domain/derive.ts'

interface Node {
  id: string | null
  /** Most ids end where no longer list of parts goes on. */
  next: Map<string, Node> | null
}

const newNode = (): Node => ({ id: null, next: null })

/** Remembers at least the last `kept` ids, and at most twice as many. */
export const rememberDerived = (derive: Derive, kept: number): Derive => {
  let [young, old] = [newNode(), newNode()]
  let made = 0

  const learn = (prefix: string, parts: readonly string[], id: string): string => {
    if (made >= kept) {
      ;[young, old] = [newNode(), young]
      made = 0
    }
    let node = young
    for (let at = -1; at < parts.length; at += 1) {
      const part = at === -1 ? prefix : (parts[at] ?? '')
      node.next ??= new Map()
      let next = node.next.get(part)
      if (next === undefined) {
        next = newNode()
        node.next.set(part, next)
      }
      node = next
    }
    node.id = id
    made += 1
    return id
  }

  return (prefix, ...parts) => {
    const known = find(young, prefix, parts)
    if (known !== null) return known
    return learn(prefix, parts, find(old, prefix, parts) ?? derive(prefix, ...parts))
  }
}

const find = (root: Node, prefix: string, parts: readonly string[]): string | null => {
  let node = root.next?.get(prefix)
  for (let at = 0; node !== undefined && at < parts.length; at += 1) node = node.next?.get(parts[at] ?? '')
  return node?.id ?? null
}
