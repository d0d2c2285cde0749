/** `npm run rebuild -- NAME`: builds a view anew beside the live one, and swaps. */
import { openExisting } from '../app/open.ts'
import { rebuildViews } from '../app/rebuild.ts'
import { allProjections } from '../projections/views/all.ts'
import { runCommandLine, WrongUsage } from './command-line.ts'

const names = allProjections.map(({ name }) => name)

await runCommandLine({
  name: 'rebuild',
  summary: `Builds a view anew from the log beside the live one, then swaps. Views: ${names.join(', ')}.`,
  define: (command) => command.argument('<name>', 'a view, or `all`'),
  parse: (_flags, [name]) => {
    if (name === 'all') return []
    if (name === undefined || !names.includes(name))
      throw new WrongUsage(`Name one of ${names.join(', ')}, or all.`)
    return [name]
  },
  run: async (wanted, { config, say, progress }) => {
    const tributary = await openExisting(config)
    try {
      const total = Number((await tributary.store.head()) ?? 0)
      await rebuildViews(tributary, wanted, (scanned) => progress('rebuild', scanned, total))
      const rebuilt = wanted.length === 0 ? names : wanted
      say(`${rebuilt.join(', ')}: rebuilt from ${total} events.`)
      return { rebuilt, events: total }
    } finally {
      await tributary.close()
    }
  },
})
