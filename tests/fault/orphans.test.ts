import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { scriptPath } from '../e2e/run-script.ts'
import { withParent } from '../support/with-parent.ts'

/** A process that starts another, whose output is its own, and waits for ever. */
const parentOf = (child: readonly string[]): string => `
  const { spawn } = require('node:child_process')
  spawn(process.execPath, ${JSON.stringify(child)}, { stdio: ['pipe', 'inherit', 'inherit'] })
  setInterval(() => {}, 1_000)`

const waiting = ['-e', 'console.log("waiting"); setInterval(() => {}, 1_000)']
const thread = [
  '-e',
  'new (require("node:worker_threads").Worker)("setInterval(() => console.log(1), 5)", { eval: true })',
]

it.each([
  ['that waits', waiting],
  ['that has a thread', thread],
])('a process %s ends with the one that started it, killed as it is', async (_, script) => {
  const parent = spawn(process.execPath, ['-e', parentOf([...withParent, ...script])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: parent.stdout })
  await once(lines, 'line')
  // Closes with the last process that may write to it.
  const closed = once(parent.stdout, 'close')
  parent.kill('SIGKILL')
  await closed
})

it('a process that ends with another ends by itself where it has nothing left to do', async () => {
  const child = spawn(process.execPath, [...withParent, scriptPath('doctor'), '--help'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  expect(await once(child, 'exit')).toEqual([0, null])
})
