/** `rebuild.speed` and `rebuild.memory`: all views anew from the log. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Answer, startChild } from './child.ts'
import { type BenchContext, type Figure, median, type Round } from './figure.ts'

export const filled = async (
  { folder, say }: BenchContext,
  name: string,
  events: number,
): Promise<string> => {
  const data = join(folder, name)
  mkdirSync(data, { recursive: true })
  say(`filling a log to ${events} events`)
  const filler = startChild('./append-handler.ts', data)
  await filler.ask(`fill ${events}`)
  await filler.end()
  return data
}

/** Each rebuild in a process of its own: what it ends with is its own. */
const rebuildOnce = async (data: string): Promise<Answer> => {
  const child = startChild('./rebuild-views.ts', data)
  const answer = await child.ask('rebuild')
  await child.end()
  return answer
}

export const rebuildSpeed: Figure = {
  name: 'rebuild.speed',
  atLeast: 0.25,
  measure: async (context) => {
    const data = await filled(context, 'rebuild', context.sizes.log)
    const rounds: Round[] = []
    let last: Answer = {}
    for (let round = 0; round < context.sizes.rounds; round++) {
      last = await rebuildOnce(data)
      const limit = startChild('./rebuild-limit.ts', data, context.folder)
      const { milliseconds: least = 0 } = await limit.ask('write')
      await limit.end()
      const { milliseconds = 1 } = last
      rounds.push({ ours: milliseconds, limit: least, ratio: least / milliseconds })
    }
    const { events = 0, documents = 0, milliseconds = 1 } = last
    return {
      name: rebuildSpeed.name,
      atLeast: rebuildSpeed.atLeast,
      ratio: median(rounds.map(({ ratio }) => ratio)),
      unit: 'ms',
      rounds,
      notes: {
        eventsPerSecond: (events / milliseconds) * 1_000,
        documentsWrittenPerEvent: documents / events,
        events,
      },
    }
  },
}

export const rebuildMemory: Figure = {
  name: 'rebuild.memory',
  atLeast: 0.67,
  measure: async (context) => {
    const { small, large, rounds: count } = context.sizes
    const few = await filled(context, 'small', small)
    const many = await filled(context, 'large', large)
    const rounds: Round[] = []
    for (let round = 0; round < count; round++) {
      const { rss: ours = 0 } = await rebuildOnce(few)
      const { rss: limit = 1 } = await rebuildOnce(many)
      rounds.push({ ours: ours / 2 ** 20, limit: limit / 2 ** 20, ratio: ours / limit })
    }
    return {
      name: rebuildMemory.name,
      atLeast: rebuildMemory.atLeast,
      ratio: median(rounds.map(({ ratio }) => ratio)),
      unit: 'MiB',
      rounds,
      notes: { small, large },
    }
  },
}
