import { randomInt } from 'node:crypto'
import { defineConfig } from 'vitest/config'
import { Summary } from './tests/support/summary.ts'

/** Tests that start servers, kill processes or read whole data sets: one file at a time, after the others. */
const long = ['tests/e2e/**/*.test.ts', 'tests/fault/**/*.test.ts', 'tests/olist/**/*.test.ts']

/** One seed for all properties of a run, printed, so that a failure can be had again. */
const seed = process.env.FAST_CHECK_SEED ?? String(randomInt(2 ** 31))

export default defineConfig({
  // Without the condition `development`: node itself does not have it, and graphql would be loaded twice.
  ssr: { resolve: { conditions: ['module', 'node'] } },
  test: {
    // Two cores: a third worker would only take memory.
    maxWorkers: 2,
    env: { FAST_CHECK_SEED: seed },
    setupFiles: ['./tests/support/property-seed.ts'],
    reporters: ['default', new Summary(seed, process.env.TRIBUTARY_TEST_COUNTS)],
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['**/*.test.ts'],
          exclude: ['node_modules/**', 'data/**', ...long],
          sequence: { groupOrder: 0 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: long,
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
})
