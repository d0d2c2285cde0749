/**
 * What all command lines share: `--help`, `--data DIR`, `--json`, a progress bar on long work where it is a
 * terminal, a clear error. Exit status 0: done; 1: it failed; 2: it was called wrongly.
 */
import { SingleBar } from 'cli-progress'
import { Command, CommanderError } from 'commander'
import { type Config, ConfigError, type Flags, readConfig } from '../platform/config.ts'

export interface Line {
  readonly config: Config
  readonly json: boolean
  /** Shows how far long work has come. Nothing is drawn where standard error is no terminal. */
  progress(what: string, done: number, total: number): void
  /** A line for people; nothing under `--json`. */
  say(text: string): void
}

/** It was called wrongly: the message says how to call it. Exit status 2. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

export interface CommandLine<Options> {
  readonly name: string
  readonly summary: string
  /** Adds arguments and flags beyond those that all have. */
  readonly define?: (command: Command) => void
  /** Flags and arguments as typed, parsed. @throws {WrongUsage} */
  readonly parse: (flags: Readonly<Record<string, unknown>>, args: readonly string[]) => Options
  /** Flags that are settings of the process. */
  readonly settings?: (flags: Readonly<Record<string, unknown>>) => Flags
  /** Its result is the JSON document of `--json`; undefined: it says what it has to itself. */
  readonly run: (options: Options, line: Line) => Promise<unknown>
}

/** A whole number from a flag. @throws {WrongUsage} */
export const wholeNumber = (value: unknown, flag: string, least = 0): number => {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
  if (Number.isNaN(number) || number < least)
    throw new WrongUsage(`${flag} takes a whole number from ${least} on.`)
  return number
}

export const textFlag = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

class Bars {
  #bar: SingleBar | null = null
  #what = ''

  show(what: string, done: number, total: number): void {
    if (!process.stderr.isTTY) return
    if (this.#what !== what) this.stop()
    if (this.#bar === null) {
      this.#what = what
      this.#bar = new SingleBar({
        format: '{what} {bar} {value}/{total} · {eta_formatted}',
        hideCursor: true,
        stream: process.stderr,
      })
      this.#bar.start(total, done, { what: what.padEnd(12) })
    }
    this.#bar.update(done)
    if (done >= total) this.stop()
  }

  stop(): void {
    this.#bar?.stop()
    this.#bar = null
    this.#what = ''
  }
}

const commandOf = <Options>({ name, summary, define }: CommandLine<Options>): Command => {
  const command = new Command(`npm run ${name} --`)
  command
    .description(summary)
    .option('--data <dir>', 'the data folder (default: data, or TRIBUTARY_DATA_FOLDER)')
    .option('--json', 'one JSON document on standard output, and nothing else there')
    .allowExcessArguments(false)
    .showHelpAfterError()
    .exitOverride()
  define?.(command)
  return command
}

const failWith = (status: number, message: string): void => {
  process.stderr.write(`${message}\n`)
  process.exitCode = status
}

/** Runs the command line of this process. Sets its exit status; does not end it. */
export const runCommandLine = async <Options>(definition: CommandLine<Options>): Promise<void> => {
  const command = commandOf(definition)
  const bars = new Bars()
  try {
    command.parse()
    const flags: Readonly<Record<string, unknown>> = command.opts()
    const json = flags.json === true
    const config = readConfig(process.env, {
      dataFolder: textFlag(flags.data),
      ...definition.settings?.(flags),
    })
    const options = definition.parse(flags, command.args)
    const result = await definition.run(options, {
      config,
      json,
      progress: (what, done, total) => bars.show(what, done, total),
      say: (text) => {
        if (!json) process.stdout.write(`${text}\n`)
      },
    })
    bars.stop()
    if (json && result !== undefined) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  } catch (error) {
    bars.stop()
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
    } else if (error instanceof WrongUsage || error instanceof ConfigError) {
      failWith(2, `error: ${error.message}\n\nSee npm run ${definition.name} -- --help.`)
    } else {
      failWith(1, `error: ${error instanceof Error ? error.message : String(error)}`)
      if (process.env.TRIBUTARY_LOG_LEVEL === 'debug' && error instanceof Error)
        process.stderr.write(`${error.stack}\n`)
    }
  }
}
