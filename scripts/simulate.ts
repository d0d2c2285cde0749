/** `npm run simulate -- --members N --purchases N --seed N`: a whole ecosystem, through commands. */
import { openConfigured } from '../app/open.ts'
import { refuseLogInUse } from '../app/simulate/existing.ts'
import type { SimulationOptions } from '../app/simulate/plan.ts'
import { simulate } from '../app/simulate/simulate.ts'
import { runCommandLine, textFlag, WrongUsage, wholeNumber } from './command-line.ts'

const instant = (value: unknown): string => {
  const text = textFlag(value)
  const today = new Date()
  today.setUTCHours(0, 0, 0, 0)
  const date = text === undefined ? today : new Date(text)
  if (Number.isNaN(date.getTime())) throw new WrongUsage('--until takes a date, as 2026-11-01.')
  return date.toISOString()
}

interface Options extends Omit<SimulationOptions, 'progress'> {
  readonly intoExisting: boolean
}

await runCommandLine<Options>({
  name: 'simulate',
  summary:
    'Makes a whole ecosystem with realistic long tails: communities, partners, members, shares, sales, refunds.',
  define: (command) =>
    command
      .requiredOption('--members <n>', 'how many members join')
      .requiredOption('--purchases <n>', 'how many purchases they make')
      .requiredOption('--seed <n>', 'the same seed and end make the same ecosystem')
      .option('--until <date>', 'where the simulated half year ends (default: today)')
      .option('--into-existing', 'adds to a log that holds other things than this simulation'),
  parse: (flags) => ({
    members: wholeNumber(flags.members, '--members', 1),
    purchases: wholeNumber(flags.purchases, '--purchases'),
    seed: wholeNumber(flags.seed, '--seed'),
    until: instant(flags.until),
    intoExisting: flags.intoExisting === true,
  }),
  run: async ({ intoExisting, ...options }, { config, progress, say }) => {
    const tributary = await openConfigured(config)
    try {
      if (!intoExisting) await refuseLogInUse(tributary, options.seed)
      const before = await tributary.store.head()
      const { communities, partners } = await simulate(tributary, { ...options, progress })
      const after = await tributary.store.head()
      say(
        `${options.members} members of ${communities.length} communities, ${partners.length} partners, ${options.purchases} purchases.`,
      )
      return { ...options, communities: communities.length, partners: partners.length, before, after }
    } finally {
      await tributary.close()
    }
  },
})
