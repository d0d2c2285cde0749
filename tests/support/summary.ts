import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** How many tests ended how. A file or suite that could not be set up, and a stray error, each count as one failed. */
export interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** The test's own reason, or that of a suite which lacks what it needs (see `describeWith`): one line for all of it. */
const whySkipped = (test: TestCase): string => {
  const suiteReason = test.meta().skipped
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  if (note !== undefined || suiteReason === undefined) return `${test.fullName}: ${note ?? 'no reason given'}`
  return `${test.fullName.split(' > ')[0]}: ${suiteReason}`
}

/** Stands beside vitest's own reporter: names what was skipped, and why where the test says so; counts. */
export class Summary implements Reporter {
  readonly #seed: string
  readonly #countsFile: string | undefined

  /** `countsFile`: where the counts go as JSON for whoever started the run. */
  constructor(seed: string, countsFile: string | undefined) {
    this.#seed = seed
    this.#countsFile = countsFile
  }

  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly unknown[]): void {
    const counts: Counts = { passed: 0, failed: strayErrors.length, skipped: 0 }
    const skips = new Map<string, number>()
    for (const module of modules) {
      const broken = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0)
      counts.failed += broken.length
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') counts.passed += 1
        else if (result.state === 'skipped') {
          counts.skipped += 1
          const line = `${module.relativeModuleId} > ${whySkipped(test)}`
          skips.set(line, (skips.get(line) ?? 0) + 1)
        } else counts.failed += 1
      }
    }
    const lines = [...skips].map(
      ([line, times]) => `  skipped ${line}${times > 1 ? ` (${times} times)` : ''}`,
    )
    lines.push(`  seed of the properties: ${this.#seed} (again with FAST_CHECK_SEED=${this.#seed})`)
    process.stdout.write(`${lines.join('\n')}\n`)
    if (this.#countsFile) writeFileSync(this.#countsFile, JSON.stringify(counts))
  }
}
