/** `npm run check`: types, format and lint, dead code, and the rules of the house, without the other tests. */
import { run, runChecks } from './checks.ts'

const { failed } = runChecks()
const rules = run('vitest', ['run', 'tests/architecture'])
process.exitCode = failed > 0 || rules !== 0 ? 1 : 0
