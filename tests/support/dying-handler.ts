/** A process that dies between two commands, for tests of what goes on after it. */
import type { CommandHandler } from '../../eventstore/handler.ts'

/** A handler whose commands fail after so many, as in a process that is dying. */
export const dyingAfter = (
  handler: CommandHandler,
  commands: number,
): { readonly handler: CommandHandler; readonly isDead: () => boolean } => {
  let left = commands
  return {
    isDead: () => left < 0,
    handler: {
      execute: (...command) => {
        left -= 1
        return left < 0 ? Promise.reject(new Error('The process is gone.')) : handler.execute(...command)
      },
      rehearse: (...command) => handler.rehearse(...command),
      read: (source, id) => handler.read(source, id),
      readFresh: (source, id) => handler.readFresh(source, id),
      meters: handler.meters,
      stats: () => handler.stats(),
      drain: () => handler.drain(),
      close: () => handler.close(),
    },
  }
}
