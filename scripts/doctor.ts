/** `npm run doctor [-- --deep]`: whether all that is kept is what was written. */
import { diagnose } from '../app/doctor.ts'
import { openExisting } from '../app/open.ts'
import { runCommandLine } from './command-line.ts'

await runCommandLine({
  name: 'doctor',
  summary:
    'Checks chains, contiguity, seals, checkpoints and the trial balance; with --deep, schemas and rebuilt = live.',
  define: (command) =>
    command.option(
      '--deep',
      'checks every event against its schema, and builds every view anew to compare it',
    ),
  parse: (flags) => ({ deep: flags.deep === true }),
  run: async ({ deep }, { config, say, progress }) => {
    const tributary = await openExisting(config)
    try {
      const diagnosis = await diagnose(tributary, { deep, progress })
      for (const { name, ok, detail } of diagnosis.checks)
        say(`${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(20)} ${detail}`)
      if (!diagnosis.ok) process.exitCode = 1
      return diagnosis
    } finally {
      await tributary.close()
    }
  },
})
