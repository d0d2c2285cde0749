/**
 * `npm test`: the checks, then every test. `npm test -- <vitest arguments>` runs the tests that they pick,
 * without the checks. The last line is `N passed, N failed, N skipped`, where each check counts as one.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { run, runChecks } from './checks.ts'
import { installRedis } from './install-redis.ts'

const count = z.int().nonnegative()
const countsSchema = z.object({ passed: count, failed: count, skipped: count })

/** A run that left no counts, or says it failed without a failed test, counts as one failed. */
const runTests = (args: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-test-'))
  const file = join(folder, 'counts.json')
  try {
    const status = run('vitest', ['run', ...args], { TRIBUTARY_TEST_COUNTS: file })
    const counts = countsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    return status === 0 ? counts : { ...counts, failed: Math.max(counts.failed, 1) }
  } catch (error) {
    console.error('vitest did not finish:', error)
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const args = process.argv.slice(2)
const checked = args.length > 0 ? { passed: 0, failed: 0 } : runChecks()
const installed = installRedis()
if (installed !== null) console.log(installed)
const tested = runTests(args)
const failed = checked.failed + tested.failed

if (tested.passed + tested.failed === 0) console.error('No test ran.')
process.exitCode = failed > 0 || tested.passed === 0 ? 1 : 0
console.log(`${checked.passed + tested.passed} passed, ${failed} failed, ${tested.skipped} skipped`)
