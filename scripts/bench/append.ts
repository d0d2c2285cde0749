/** `purchase.append`: what of the disk's own speed is left to durable purchases through the command handler. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { filesIn } from '../../app/data-folder.ts'
import { startLikeProduct } from './child.ts'
import { type Figure, median, type Round } from './figure.ts'

const perSecond = ({ events = 0, milliseconds = 1 }: Readonly<Record<string, number>>): number =>
  (events / milliseconds) * 1_000

export const append: Figure = {
  name: 'purchase.append',
  atLeast: 0.25,
  measure: async ({ folder, sizes, say }) => {
    const data = join(folder, 'append')
    mkdirSync(data, { recursive: true })
    const ours = startLikeProduct('./append-handler.ts', data)
    say(`filling a log to ${sizes.log} events`)
    await ours.ask(`fill ${sizes.log}`)
    const { log } = filesIn(data)
    const copy = join(folder, 'raw.db')
    const database = new DatabaseSync(log, { readOnly: true })
    database.exec(`VACUUM INTO '${copy.replaceAll("'", "''")}'`)
    database.close()
    const raw = startLikeProduct('./append-raw.ts', log, copy)
    const rounds: Round[] = []
    let head = 0
    for (let round = 0; round <= sizes.rounds; round++) {
      const mine = await ours.ask(`sell ${sizes.purchases}`)
      const theirs = await raw.ask(`${mine.from} ${mine.through}`)
      head = mine.through ?? head
      // The first round warms both up.
      if (round === 0) continue
      rounds.push({
        ours: perSecond(mine),
        limit: perSecond(theirs),
        ratio: perSecond(mine) / perSecond(theirs),
      })
    }
    await ours.end()
    await raw.end()
    return {
      name: append.name,
      atLeast: append.atLeast,
      ratio: median(rounds.map(({ ratio }) => ratio)),
      unit: 'events/s',
      rounds,
      notes: { eventsInLog: head, inFlight: 256 },
    }
  },
}
