/** `npm run restore -- FILE`: a backup, verified whole, into an empty data folder. */
import { restoreBackup } from '../app/restore.ts'
import { runCommandLine, textFlag, WrongUsage } from './command-line.ts'

await runCommandLine({
  name: 'restore',
  summary:
    'Verifies the backup FILE whole, carries erasures out again, and puts it into an empty data folder.',
  define: (command) =>
    command
      .argument('<file>', 'a file that `npm run backup` wrote')
      .option(
        '--erasures <file>',
        'the signed list of erasures (default: DIR.erasures.jsonl, beside the data folder DIR)',
      )
      .option('--without-erasures', 'there is no list, since nobody was ever erased'),
  parse: (flags, [from]) => {
    if (from === undefined) throw new WrongUsage('Name the file to restore.')
    return { from, erasures: textFlag(flags.erasures), withoutErasures: flags.withoutErasures === true }
  },
  run: async ({ from, erasures, withoutErasures }, { config, say }) => {
    const restored = await restoreBackup({
      folder: config.dataFolder,
      toleranceMinor: config.toleranceMinor,
      masterKey: config.masterKey,
      from,
      withoutErasures,
      ...(erasures === undefined ? {} : { erasures }),
    })
    say(
      `${restored.events} events are back in ${config.dataFolder}: chains and ${restored.seals} seals hold. Views are built at the next start.`,
    )
    return restored
  },
})
