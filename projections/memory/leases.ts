import { randomUUID } from 'node:crypto'
import type { LeaseOwner, LeaseState, Leases } from '../leases.ts'

/** Leases that live as long as the process. */
export const createMemoryLeases = (): Leases => {
  const owners = new Map<string, LeaseOwner>()
  const leases = new Map<string, LeaseState>()
  const stateOf = (name: string): LeaseState => leases.get(name) ?? { owner: null, token: 0 }
  return {
    nameOwner: () => randomUUID(),
    beat: async (owner, role) => {
      owners.set(owner, { owner, role, beats: (owners.get(owner)?.beats ?? 0) + 1, isGone: false })
    },
    leave: async (owner) => {
      owners.delete(owner)
      for (const [name, state] of leases)
        if (state.owner === owner) leases.set(name, { ...state, owner: null })
    },
    owners: async () => [...owners.values()],
    state: async (name) => stateOf(name),
    claim: async (name, owner, over) => {
      if (stateOf(name).token !== over) return null
      leases.set(name, { owner, token: over + 1 })
      return over + 1
    },
    release: async (name, token) => {
      if (stateOf(name).token === token) leases.set(name, { owner: null, token })
    },
  }
}
