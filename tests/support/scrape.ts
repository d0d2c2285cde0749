/** Reads what a scrape says, in the text format of Prometheus. */

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface MetricFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: readonly Sample[]
}

const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g

const sampleIn = (text: string): Sample => {
  const [, name, labels = '', value] = line.exec(text) ?? []
  if (name === undefined) throw new TypeError(`This is no sample: ${text}`)
  const found = [...labels.matchAll(label)].map(([, key = '', each = '']) => [key, each] as const)
  return { name, labels: Object.fromEntries(found), value: Number(value) }
}

/** @throws {TypeError} for a line that is none, and a sample that no family is named ahead of */
export const familiesIn = (text: string): readonly MetricFamily[] => {
  const families: { name: string; type: string; help: string; samples: Sample[] }[] = []
  for (const each of text.split('\n')) {
    if (each === '') continue
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(each) ?? []
    if (what === 'HELP') families.push({ name, type: '', help: rest, samples: [] })
    const last = families.at(-1)
    if (last === undefined) throw new TypeError(`Nothing is said of what this is: ${each}`)
    if (what === 'TYPE') last.type = rest
    if (what === undefined) last.samples.push(sampleIn(each))
  }
  return families
}
