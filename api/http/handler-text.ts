/** What the command handler counts, as metrics. */
import type { CommandHandler } from '../../eventstore/handler.ts'
import type { HandlerStats } from '../../eventstore/handler-stats.ts'
import { histogramText, simpleText } from './exposition.ts'

export interface HandlerFigures extends Pick<CommandHandler, 'meters'> {
  readonly stats: HandlerStats
}

type Told = readonly [keyof HandlerStats, name: string, type: 'counter' | 'gauge', help: string]

const told: readonly Told[] = [
  ['events', 'events_appended_total', 'counter', 'Events that this process appended.'],
  ['conflicts', 'append_conflicts_total', 'counter', 'Appends that met a stream which others had moved.'],
  [
    'doubts',
    'append_doubts_total',
    'counter',
    'Appends of which the engine did not say whether they happened.',
  ],
  ['retries', 'command_retries_total', 'counter', 'Commands that were decided again after a conflict.'],
  ['unknownEvents', 'unknown_events_total', 'counter', 'Events of a stream that only a newer version knows.'],
  ['waiting', 'commands_waiting', 'gauge', 'Commands that were taken and are not answered yet.'],
  ['mailboxes', 'mailboxes_open', 'gauge', 'Streams with commands that wait.'],
  ['cachedStreams', 'state_cache_streams', 'gauge', 'Streams whose state is kept in memory.'],
  ['cachedBytes', 'state_cache_bytes', 'gauge', 'About what those states take.'],
  ['cacheHits', 'state_cache_hits_total', 'counter', 'How often a stream that was asked for was kept.'],
  ['cacheMisses', 'state_cache_misses_total', 'counter', 'How often it was not, and had to be read.'],
]

export const handlerText = ({ meters, stats }: HandlerFigures): string => {
  const texts = told.map(([stat, name, type, help]) =>
    simpleText(`tributary_${name}`, type, help, [[{}, stats[stat]]]),
  )
  texts.push(
    simpleText(
      'tributary_commands_total',
      'counter',
      'Commands by what decides them and what they came to: DONE, REPLAYED, REHEARSED or the code of an error.',
      [...meters.commands].flatMap(([decider, outcomes]) =>
        [...outcomes].map(([outcome, count]) => [{ decider, outcome }, count] as const),
      ),
    ),
    histogramText(
      'tributary_command_duration_seconds',
      'From the coming of a command to its answer.',
      [...meters.commandSeconds].map(([decider, histogram]) => [{ decider }, histogram] as const),
    ),
    histogramText(
      'tributary_append_duration_seconds',
      'Appends, with all that it took to find out about them: APPENDED, MOVED, FAILED or UNKNOWN.',
      [...meters.appendSeconds].map(
        ([outcome, histogram]) => [{ outcome: outcome.toUpperCase() }, histogram] as const,
      ),
    ),
    histogramText('tributary_append_events', 'Events of an append.', [[{}, meters.appendEvents]]),
  )
  return texts.join('')
}
