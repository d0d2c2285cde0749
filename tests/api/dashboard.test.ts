/** The dashboard and the guide of operators name what a scrape has, and nothing else. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { familiesIn, type MetricFamily } from '../support/scrape.ts'
import { createWorld, type World } from './support/world.ts'

const read = (name: string): string =>
  readFileSync(new URL(`../../docs/operations/${name}`, import.meta.url), 'utf8')

const panel = z.object({
  id: z.number(),
  type: z.enum(['row', 'timeseries', 'stat']),
  title: z.string().min(3),
  description: z.string().default(''),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  fieldConfig: z.object({ defaults: z.object({ unit: z.string() }) }).optional(),
  targets: z.array(z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() })).default([]),
})
const { panels } = z.object({ panels: z.array(panel) }).parse(JSON.parse(read('grafana-dashboard.json')))
const charts = panels.filter(({ type }) => type !== 'row')
const expressions = charts.flatMap(({ targets }) => targets.map(({ expr }) => expr))

const metricsIn = (text: string): readonly string[] =>
  [...text.matchAll(/\b(?:tributary|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name)

let world: World
let families: ReadonlyMap<string, MetricFamily>

beforeAll(async () => {
  world = await createWorld({
    change: (services) => ({
      ...services,
      reactors: () => [{ name: 'intake-reactor', lagMs: 0, isActive: true, failures: 0 }],
    }),
  })
  await world.ask('{ viewer { id } }', {}, await world.signIn('OPERATOR'))
  const text = await (await fetch(`${world.url}/metrics`)).text()
  families = new Map(familiesIn(text).map((family) => [family.name, family]))
})
afterAll(() => world[Symbol.asyncDispose]())

const familyOf = (name: string): MetricFamily | undefined =>
  families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''))

/** Labels that Prometheus adds to all that it scrapes. */
const added = ['instance', 'job']

/** Those by which an expression chooses samples of a metric. */
const chosenOf = (expression: string, metric: string): readonly string[] =>
  [...expression.matchAll(new RegExp(`${metric}\\{([^}]*)\\}`, 'g'))].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  )

const groupedIn = (expression: string): readonly string[] =>
  [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, inside = '']) => inside.split(', '))

/** Null where there is no sample to tell by. */
const labelsOf = (metric: string): readonly string[] | null => {
  const samples = familyOf(metric)?.samples ?? []
  return samples.length === 0 ? null : [...samples.flatMap(({ labels }) => Object.keys(labels)), ...added]
}

describe('the dashboard', () => {
  it('asks for metrics that there are', () => {
    expect(expressions.length).toBeGreaterThan(40)
    expect(expressions.flatMap(metricsIn).filter((name) => familyOf(name) === undefined)).toEqual([])
  })

  it('asks in each expression for something, of the job that was chosen', () => {
    for (const expression of expressions)
      for (const name of metricsIn(expression)) expect(expression).toContain(`${name}{job=~"$job"`)
    expect(expressions.filter((expression) => metricsIn(expression).length === 0)).toEqual([])
  })

  it('chooses and groups by labels that they have', () => {
    for (const expression of expressions) {
      const metrics = metricsIn(expression).map((name) => ({ name, labels: labelsOf(name) }))
      for (const { name, labels } of metrics)
        if (labels !== null)
          expect([name, chosenOf(expression, name).filter((label) => !labels.includes(label))]).toEqual([
            name,
            [],
          ])
      if (metrics.some(({ labels }) => labels === null)) continue
      const all = metrics.flatMap(({ labels }) => labels ?? [])
      expect([expression, groupedIn(expression).filter((label) => !all.includes(label))]).toEqual([
        expression,
        [],
      ])
    }
  })

  it('shows a rate of counters and histograms, never their sums since a start', () => {
    for (const expression of expressions)
      for (const name of metricsIn(expression)) {
        const type = familyOf(name)?.type
        if (type === 'counter' || type === 'histogram' || type === 'summary')
          expect(expression).toMatch(new RegExp(`(rate|increase)\\(${name}\\{`))
      }
  })

  it('shows every metric of ours', () => {
    const shown = new Set(expressions.flatMap(metricsIn).map((name) => familyOf(name)?.name))
    const own = [...families.keys()].filter((name) => name.startsWith('tributary_'))
    expect(own.filter((name) => !shown.has(name))).toEqual([])
  })

  it('says of each panel what it shows, in which unit, in a place of its own', () => {
    expect(charts.filter(({ description, fieldConfig }) => description === '' || !fieldConfig)).toEqual([])
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const taken = new Set<string>()
    for (const { gridPos, title } of panels)
      for (let dx = 0; dx < gridPos.w; dx += 1)
        for (let dy = 0; dy < gridPos.h; dy += 1) {
          const place = `${gridPos.x + dx},${gridPos.y + dy}`
          expect([title, taken.has(place)]).toEqual([title, false])
          taken.add(place)
        }
  })
})

it('the guide of operators names metrics that there are', () => {
  const named = metricsIn(read('observing.md'))
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter((name) => familyOf(name) === undefined)).toEqual([])
})
