/** Whether the log of a data folder was moved to a server under a process that has it open. */
import { existsSync } from 'node:fs'
import { filesIn } from './data-folder.ts'
import type { Tributary } from './tributary.ts'

/** Milliseconds between looks. */
const lookEvery = 500

/**
 * Resolves once the log was moved away: what the process holds is no longer the log, and whoever goes on with its views
 * works against those who have the real one. Never, where the log is on a server. Holds up no exit.
 */
export const untilMoved = ({ log, folder }: Pick<Tributary, 'log' | 'folder'>): Promise<void> =>
  new Promise((resolve) => {
    if (log.kind === 'server') return
    const { moved } = filesIn(folder)
    const looking = setInterval(() => {
      if (!existsSync(moved)) return
      clearInterval(looking)
      resolve()
    }, lookEvery)
    looking.unref()
  })
