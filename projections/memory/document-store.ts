import {
  type DocumentStore,
  type Generation,
  GenerationBehind,
  GenerationGone,
  InvalidDocument,
} from '../documents.ts'
import { buildLease, LeaseLost } from '../leases.ts'
import { isBehind } from '../order.ts'
import { checkPartitions, furthestOf } from '../partitions.ts'
import { checkSpec } from '../spec.ts'
import { MemoryGeneration } from './generation.ts'
import { createMemoryLeases } from './leases.ts'

/** A document store that lives as long as the process: for tests and for trying a projection out. */
export const openMemoryDocumentStore = (): DocumentStore => {
  const live = new Map<string, MemoryGeneration>()
  const building = new Set<MemoryGeneration>()
  const leases = createMemoryLeases()
  let begun = 0

  const ours = (generation: Generation): MemoryGeneration => {
    if (!(generation instanceof MemoryGeneration) || generation.isGone)
      throw new GenerationGone(generation.id)
    return generation
  }

  return {
    leases,
    live: async (projection) => live.get(projection) ?? null,
    begin: async (spec, options = {}) => {
      checkSpec(spec)
      const partitions = checkPartitions(options.partitions ?? 1)
      begun += 1
      const generation = new MemoryGeneration(`${spec.name}-${spec.version}-${begun}`, spec, partitions)
      building.add(generation)
      return generation
    },
    seal: async (generation) => {
      ours(generation)
    },
    publish: async (generation, token) => {
      const next = ours(generation)
      const before = live.get(next.projection)
      if (before === next) return
      const name = buildLease(next.projection)
      const found = await leases.state(name)
      if (token !== undefined && found.token !== token) throw new LeaseLost(name, token, found.token)
      const [at, was] = [await next.checkpoint(), furthestOf((await before?.checkpoints()) ?? [])]
      if (isBehind(at, was)) throw new GenerationBehind(next.id, at?.position ?? null, was?.position ?? null)
      live.set(next.projection, next)
      building.delete(next)
      before?.retire()
    },
    discard: async (generation) => {
      const dropped = ours(generation)
      if (live.get(dropped.projection) === dropped)
        throw new InvalidDocument(`Generation ${dropped.id} is live: it cannot be discarded.`)
      building.delete(dropped)
      dropped.retire()
    },
    sweep: async () => 0,
    close: async () => {
      for (const generation of [...live.values(), ...building]) generation.retire()
      live.clear()
      building.clear()
    },
  }
}
