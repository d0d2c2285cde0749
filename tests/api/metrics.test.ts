/** What a scrape says, by the conventions of Prometheus, and what it must not say. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../platform/ids.ts'
import { overlay } from '../property/projection-runner-kit.ts'
import { familiesIn, type MetricFamily } from '../support/scrape.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let text: string
let families: readonly MetricFamily[]
let own: readonly MetricFamily[]

beforeAll(async () => {
  world = await createWorld()
  const operator = await world.signIn('OPERATOR')
  const define = 'mutation ($input: DefineCategoryInput!) { defineCategory(input: $input) { position } }'
  const names = [{ language: 'en', text: 'Mary Poppins' }]
  await world.ask(define, { input: { code: 'toys', names } }, operator)
  await world.ask(
    'mutation ($id: ID!) { admitPartner(input: { partnerId: $id }) { replayed } }',
    { id: newId('partner') },
    operator,
  )
  await world.ask('query Who { viewer { id } }', {}, operator)
  await world.ask('query Nobody { categories(first: 5) { nodes { code } } }', {})
  await fetch(`${world.url}/nothing/person_01h455vb4pex5vsknk084sn02q`)
  text = await (await fetch(`${world.url}/metrics`)).text()
  families = familiesIn(text)
  own = families.filter(({ name }) => name.startsWith('tributary_'))
})
afterAll(() => world[Symbol.asyncDispose]())

const sample = (name: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
  families
    .flatMap(({ samples }) => samples)
    .find(
      (each) =>
        each.name === name && Object.entries(labels).every(([label, value]) => each.labels[label] === value),
    )?.value

describe('the name of a metric', () => {
  it('says whose it is, once', () => {
    const names = families.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(
      names.filter((name) => !/^(tributary|process|nodejs)_[a-z][a-z0-9_]*[a-z0-9]$/.test(name)),
    ).toEqual([])
    expect(own.length).toBeGreaterThan(35)
  })

  it('ends in _total for a counter, and for nothing else', () => {
    expect(own.filter(({ name, type }) => (type === 'counter') !== name.endsWith('_total'))).toEqual([])
  })

  it('is in base units: seconds and bytes, never parts of them', () => {
    const parts =
      /_(ms|milliseconds?|micros|us|ns|minutes?|hours?|days?|kb|mb|kilobytes|megabytes|percent)(_|$)/
    expect(own.filter(({ name }) => parts.test(name))).toEqual([])
    const durations = own.filter(({ name }) => /lag|duration|oldest/.test(name))
    expect(durations.length).toBeGreaterThan(4)
    expect(durations.filter(({ name }) => !name.endsWith('_seconds'))).toEqual([])
  })

  it('says in a sentence what it is', () => {
    expect(own.filter(({ help }) => !/^[A-Z].{10,}\.$/.test(help))).toEqual([])
  })

  it('goes with a type that its samples have', () => {
    const suffixes = { histogram: ['_bucket', '_sum', '_count'], summary: ['', '_sum', '_count'] }
    for (const { name, type, samples } of families) {
      const ends = type === 'histogram' || type === 'summary' ? suffixes[type] : ['']
      expect(samples.filter((each) => !ends.some((end) => each.name === name + end))).toEqual([])
    }
  })
})

describe('labels', () => {
  const closed =
    'decider endpoint engine le mutation outcome partition queue reactor role state status type view'.split(
      ' ',
    )

  it('are from a list', () => {
    const labels = new Set(own.flatMap(({ samples }) => samples.flatMap((each) => Object.keys(each.labels))))
    expect([...labels].filter((label) => !closed.includes(label))).toEqual([])
  })

  it('carry no ids, no names and nothing that came in', () => {
    expect(text).not.toMatch(/[a-z]+_[0-7][0-9a-hjkmnp-tv-z]{25}/)
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/)
    for (const word of ['Mary', 'toys', 'Nobody', 'Who', 'nothing', process.pid.toString()])
      expect(text).not.toContain(`="${word}`)
  })
})

describe('what happened is counted', () => {
  it('by the type and the outcome of operations', () => {
    const count = 'tributary_graphql_operation_duration_seconds_count'
    expect(sample(count, { type: 'mutation', outcome: 'OK' })).toBe(2)
    expect(sample(count, { type: 'query', outcome: 'OK' })).toBe(1)
    expect(sample(count, { type: 'query', outcome: 'UNAUTHENTICATED' })).toBe(1)
    expect(
      sample('tributary_http_request_duration_seconds_count', { endpoint: 'other', status: '404' }),
    ).toBe(1)
  })

  it('by what decides a command, and what that came to', () => {
    expect(sample('tributary_commands_total', { decider: 'category', outcome: 'DONE' })).toBe(1)
    expect(sample('tributary_command_duration_seconds_count', { decider: 'category' })).toBe(1)
    expect(sample('tributary_mutations_total', { mutation: 'admitPartner', outcome: 'NOT_FOUND' })).toBe(1)
  })

  it('for appends: how large, how long, and how they ended', () => {
    const appends = sample('tributary_append_duration_seconds_count', { outcome: 'APPENDED' }) ?? 0
    expect(appends).toBeGreaterThan(0)
    expect(sample('tributary_append_events_count')).toBe(appends)
    expect(sample('tributary_append_events_bucket', { le: '+Inf' })).toBe(appends)
    expect(sample('tributary_append_events_sum')).toBe(sample('tributary_events_appended_total'))
  })

  it('for the log, the views, the queue and the process', () => {
    expect(sample('tributary_event_store_up', { engine: 'memory' })).toBe(1)
    expect(sample('tributary_event_store_readable', { engine: 'memory' })).toBe(1)
    expect(sample('tributary_log_head_position')).toBeGreaterThan(0)
    expect(sample('tributary_view_partition_owned', { view: 'matrix', partition: '0' })).toBe(1)
    expect(sample('tributary_view_documents_written_total', { view: 'directory' })).toBeGreaterThanOrEqual(0)
    expect(sample('tributary_jobs_reachable')).toBe(1)
    expect(sample('process_resident_memory_bytes')).toBeGreaterThan(0)
    expect(families.map(({ name }) => name)).toContain('nodejs_eventloop_lag_seconds')
  })
})

it('a scrape tells the rest where the log, the views and the queue do not answer', async () => {
  const away = () => Promise.reject(new Error('It is away.'))
  await using lonely = await createWorld({
    change: (services) => ({
      ...services,
      store: overlay(services.store, { head: away }),
      logHealth: { engine: 'memory', trouble: () => 'It is away.' },
      jobs: { ...services.jobs, figures: away },
      views: { isReady: true, waitFor: async () => false, status: away },
    }),
  })
  const response = await fetch(`${lonely.url}/metrics`)
  expect(response.status).toBe(200)
  const said = await response.text()
  for (const name of [
    'event_store_up{engine="memory"}',
    'event_store_readable{engine="memory"}',
    'jobs_reachable',
  ])
    expect(said).toContain(`tributary_${name} 0\n`)
  expect(said).toContain('tributary_role{role="api"} 1')
})
