/** `npm run bench [-- --quick]`: how fast it is, as ratios to the machine's own limit in the same run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { arch, cpus, platform, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { append } from './bench/append.ts'
import { eventstoredbAppend, eventstoredbRebuild } from './bench/eventstoredb.ts'
import { type Figure, fullSizes, type Measured, quickSizes } from './bench/figure.ts'
import { purchaseHttp, queryMatrix } from './bench/http.ts'
import { jobsBullmq, jobsEmbedded } from './bench/jobs.ts'
import { rebuildMemory, rebuildSpeed } from './bench/rebuild.ts'
import { runCommandLine, textFlag, WrongUsage } from './command-line.ts'

const figures: readonly Figure[] = [
  purchaseHttp,
  append,
  rebuildSpeed,
  rebuildMemory,
  queryMatrix,
  eventstoredbAppend,
  eventstoredbRebuild,
  jobsBullmq,
  jobsEmbedded,
]
const names = figures.map(({ name }) => name)

const machine = (): string => {
  const [cpu] = cpus()
  return `${cpu?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()} ${arch()}, Node ${process.version}`
}

const whole = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)

const row = ({ name, ratio, atLeast, unit, rounds, notes }: Measured): string => {
  const last = rounds.at(-1)
  const said = Object.entries(notes).map(
    ([key, value]) => `${key} ${typeof value === 'number' ? whole(value) : value}`,
  )
  const both = last === undefined ? '' : `${whole(last.ours)} ÷ ${whole(last.limit)} ${unit}`
  return `${ratio >= atLeast ? 'ok  ' : 'LOW '} ${name.padEnd(20)} ${ratio.toFixed(2)} (at least ${atLeast})  ${both}  ${said.join(', ')}`
}

await runCommandLine({
  name: 'bench',
  summary: `Measures ${names.join(', ')}: medians of interleaved rounds, each beside the machine's own limit.`,
  define: (command) =>
    command
      .option('--quick', 'small logs and few rounds: shows that it runs, not how fast it is')
      .option('--only <name>', 'one figure'),
  parse: (flags) => {
    const only = textFlag(flags.only)
    if (only !== undefined && !names.includes(only))
      throw new WrongUsage(`--only takes one of ${names.join(', ')}.`)
    return { sizes: flags.quick === true ? quickSizes : fullSizes, only }
  },
  run: async ({ sizes, only }, { say }) => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'))
    try {
      say(machine())
      const measured: Measured[] = []
      for (const figure of figures) {
        if (only !== undefined && figure.name !== only) continue
        const missing = figure.missing?.() ?? null
        if (missing !== null) {
          say(`skip ${figure.name}: ${missing}.`)
          continue
        }
        say(`${figure.name} …`)
        const result = await figure.measure({ folder, sizes, say })
        measured.push(result)
        say(row(result))
      }
      if (measured.some(({ ratio, atLeast }) => ratio < atLeast) && sizes === fullSizes) process.exitCode = 1
      return measured.map(({ name, ratio, atLeast, rounds, ...rest }) => ({
        name,
        ratio,
        atLeast,
        rounds: rounds.length,
        ...rest,
        each: rounds,
      }))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
})
