/** How long commands and appends take, and what they come to: for metrics. */
import { Histogram, secondBounds } from '../platform/histogram.ts'

/** What became of an append: see `AppendOutcome`. */
export type AppendKind = 'appended' | 'moved' | 'failed' | 'unknown'

const sizeBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000]

/** Counted since the handler was made. Its keys are from closed lists. */
export class HandlerMeters {
  /** Commands by category, then by outcome (command-outcome.ts). */
  readonly commands = new Map<string, Map<string, number>>()
  /** Seconds from a command's coming to its answer, by category. */
  readonly commandSeconds = new Map<string, Histogram>()
  /** Seconds that an append took, with all that it took to find out about it, by outcome. */
  readonly appendSeconds = new Map<AppendKind, Histogram>()
  /** Events of an append that stands in the log. */
  readonly appendEvents = new Histogram(sizeBounds)

  command(category: string, outcome: string, seconds: number): void {
    let outcomes = this.commands.get(category)
    if (outcomes === undefined) {
      outcomes = new Map()
      this.commands.set(category, outcomes)
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    secondsOf(this.commandSeconds, category).observe(seconds)
  }

  append(outcome: AppendKind, events: number, seconds: number): void {
    secondsOf(this.appendSeconds, outcome).observe(seconds)
    if (outcome === 'appended') this.appendEvents.observe(events)
  }
}

const secondsOf = <Key>(histograms: Map<Key, Histogram>, key: Key): Histogram => {
  const known = histograms.get(key)
  if (known !== undefined) return known
  const made = new Histogram(secondBounds)
  histograms.set(key, made)
  return made
}
