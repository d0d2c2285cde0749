/** Whether a log may take a simulation: invented data among real ones can never be told apart again. */
import type { Actor } from '../../eventstore/event.ts'
import type { Tributary } from '../tributary.ts'

/** The log holds what neither its founding nor this simulation made. Nothing was changed. */
export class LogInUse extends Error {
  override readonly name = 'LogInUse'
}

const pageSize = 1_000

/** Who acts under the name of a simulation with this seed. */
export const simulatorName = (seed: number): string => `simulation-${seed}`

/** What the program adds by itself, with nothing but a founding in the log: seals, roles of demo people, reactions. */
const attendants: readonly string[] = ['setup', 'sealer', 'command-line', 'segment-reactor', 'intake-reactor']

const isOwn = ({ kind, id }: Actor, seed: number): boolean =>
  kind === 'SYSTEM' && (id === simulatorName(seed) || attendants.includes(id))

/**
 * Passes where a simulation with this seed would be the first in the log, or goes on or is repeated.
 * @throws {LogInUse}
 */
export const refuseLogInUse = async (
  { store, codec, folder }: Pick<Tributary, 'store' | 'codec' | 'folder'>,
  seed: number,
): Promise<void> => {
  for (let after: string | null = null; ; ) {
    const page = await store.readLog(after, pageSize)
    for (const stored of page.events) {
      const actor = codec.decode(stored)?.metadata.actor
      if (actor !== undefined && isOwn(actor, seed)) continue
      throw new LogInUse(
        `The log in ${folder} holds more than this simulation: ${stored.stream}@${stored.revision} (${stored.type}) is by somebody else. Name an empty folder with --data, or mix invented data into this one with --into-existing. Nothing was changed.`,
      )
    }
    after = page.next
    if (page.atHead) return
  }
}
