/** `npm run backup -- FILE`: the log in one consistent file, while the server goes on. */
import { takeBackup } from '../app/backup.ts'
import { openExisting } from '../app/open.ts'
import { runCommandLine, WrongUsage } from './command-line.ts'

await runCommandLine({
  name: 'backup',
  summary:
    'Writes the log to FILE, consistent and checked, while the server goes on; keys and secrets beside it.',
  define: (command) =>
    command.argument('<file>', 'where to; FILE.keys and FILE.secrets.json are written beside it'),
  parse: (_flags, [file]) => {
    if (file === undefined) throw new WrongUsage('Name the file to write.')
    return file
  },
  run: async (file, { config, say }) => {
    const tributary = await openExisting(config)
    try {
      const backup = await takeBackup(tributary, file)
      say(
        `${backup.log === null ? 'The log is on a server: back it up there, before the keys.' : `${backup.log} holds the log.`} Keep ${backup.keys} and ${backup.secrets} apart from it: they open personal data.`,
      )
      return backup
    } finally {
      await tributary.close()
    }
  },
})
