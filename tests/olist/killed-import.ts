/**
 * Imports, and kills its own process once so many members have bought, with others under way:
 * `node killed-import.ts SOURCE DATA MEMBERS`.
 */
import { importOlist, readOlistPlan } from '../../app/import/olist-import.ts'
import { openTributary } from '../../app/tributary.ts'

const [source = '', folder = '', members = ''] = process.argv.slice(2)

await importOlist(await readOlistPlan(source), await openTributary({ folder }), {
  progress: ({ step, done }) => {
    if (step === 'purchases' && done === Number(members)) process.kill(process.pid, 'SIGKILL')
  },
})
