/** Metrics in the text format of Prometheus, for figures that are kept elsewhere. */
import type { Histogram } from '../../platform/histogram.ts'

export type Labels = Readonly<Record<string, string>>

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const labelText = (labels: Labels): string => {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

const head = (name: string, type: string, help: string): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
]

export const simpleText = (
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  samples: readonly (readonly [Labels, number])[],
): string =>
  [
    ...head(name, type, help),
    ...samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}`),
    '',
  ].join('\n')

export const histogramText = (
  name: string,
  help: string,
  samples: readonly (readonly [Labels, Histogram])[],
): string => {
  const lines = [...head(name, 'histogram', help)]
  for (const [labels, { bounds, counts, sum }] of samples) {
    let below = 0
    counts.forEach((count, at) => {
      below += count
      lines.push(`${name}_bucket${labelText({ ...labels, le: String(bounds[at] ?? '+Inf') })} ${below}`)
    })
    lines.push(`${name}_sum${labelText(labels)} ${sum}`, `${name}_count${labelText(labels)} ${below}`)
  }
  return `${lines.join('\n')}\n`
}
