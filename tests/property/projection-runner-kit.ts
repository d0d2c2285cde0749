/** What tests of the runner share: runners over logs of the small world, and what must hold of them. */
import { expect } from 'vitest'
import type { EventStore } from '../../eventstore/port.ts'
import type { DocumentStore, Generation } from '../../projections/documents.ts'
import type { Projection } from '../../projections/projection.ts'
import { createProjectionRunner, type ProjectionRunner } from '../../projections/runner.ts'
import type { RunnerOptions } from '../../projections/runner-options.ts'
import { decode, type Happening, oracle, world } from './projection-kit.ts'

export const soon = 5_000

export const joined = (who: number, group = 0): Happening => ({ type: 'Joined', who, group, amount: 0 })
export const paid = (who: number, amount: number, group = 0): Happening => ({
  type: 'Paid',
  who,
  group,
  amount,
})
export const noted = (who: number): Happening => ({ type: 'Noted', who, group: 0, amount: 0 })

/** Replaces some methods or properties of a resource. */
export const overlay = <T extends object>(target: T, changes: Partial<T>): T =>
  new Proxy(target, {
    get: (inner, property) => {
      if (property in changes) return Reflect.get(changes, property)
      const value: unknown = Reflect.get(inner, property, inner)
      return typeof value === 'function' ? value.bind(inner) : value
    },
  })

const running: ProjectionRunner[] = []
/** Stops every runner that a test made. */
export const stopAll = async (): Promise<void> => {
  for (const runner of running.splice(0)) await runner.stop()
}

export const runnerOf = (
  events: EventStore,
  documents: DocumentStore,
  options: Partial<RunnerOptions> = {},
): ProjectionRunner => {
  const runner = createProjectionRunner({
    events,
    documents,
    projections: world,
    decode,
    retry: { first: 1, most: 5 },
    ...options,
  })
  running.push(runner)
  return runner
}

export const started = async (...args: Parameters<typeof runnerOf>): Promise<ProjectionRunner> => {
  const runner = runnerOf(...args)
  await runner.start()
  expect(await runner.whenReady(soon)).toBe(true)
  return runner
}

export const headOf = async (events: EventStore): Promise<string> => (await events.head()) ?? ''

export const liveOf = async (documents: DocumentStore, projection: Projection): Promise<Generation> => {
  const live = await documents.live(projection.name)
  if (!live) throw new Error(`${projection.name} is not live.`)
  return live
}

/** Holds that the live views say what the log says. */
export const expectTrue = async (
  events: EventStore,
  documents: DocumentStore,
  projections = world,
): Promise<void> => {
  for (const projection of projections) {
    const live = await liveOf(documents, projection)
    const expected = await oracle(projection, events)
    for (const { name } of projection.collections) {
      const found = (await live.scan(name, null, 10_000)).map(({ key, document }) => [key, document])
      expect(Object.fromEntries(found)).toEqual(expected.documents[name])
    }
  }
}

export const statusOf = async (runner: ProjectionRunner, projection: Projection) => {
  const found = (await runner.status()).find(({ name }) => name === projection.name)
  if (!found) throw new Error(`${projection.name} has no status.`)
  return found
}
