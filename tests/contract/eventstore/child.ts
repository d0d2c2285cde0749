/** Runs `append-child.ts` and takes down what it acknowledged. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { z } from 'zod'
import type { StoredEvent } from '../../../eventstore/event.ts'
import { withParent } from '../../support/with-parent.ts'

const acknowledgement = z.object({
  stream: z.string(),
  revision: z.number(),
  position: z.string(),
  hashes: z.array(z.string()),
})

/** One append that a process was told is done. */
export type Acknowledgement = z.infer<typeof acknowledgement>

export interface Appending {
  readonly who: string
  readonly lanes: number
  readonly events: number
  readonly shared: number
  /** A thread of it writes. */
  readonly thread: boolean
}

export interface Child {
  readonly process: ChildProcess
  readonly acknowledged: readonly Acknowledgement[]
  /** Resolves once it has acknowledged so many appends, or is gone. */
  readonly reaches: (count: number) => Promise<void>
  /** Resolves with its exit status once it is gone and all that it wrote is read. */
  readonly gone: Promise<number | null>
}

const script = fileURLToPath(new URL('../fixtures/append-child.ts', import.meta.url))

export const startChild = (file: string, { who, lanes, events, shared, thread }: Appending): Child => {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      ...withParent,
      script,
      file,
      who,
      `${lanes}`,
      `${events}`,
      `${shared}`,
      thread ? 'thread' : 'none',
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const acknowledged: Acknowledgement[] = []
  const lines = createInterface({ input: child.stdout })
  const closed = once(lines, 'close')
  lines.on('line', (line) => {
    // The last line of a killed process may be cut off; what it told of was not told whole.
    if (line.endsWith('}')) acknowledged.push(acknowledgement.parse(JSON.parse(line)))
  })
  const exited = once(child, 'exit')
  return {
    process: child,
    acknowledged,
    gone: Promise.all([exited, closed]).then(() => child.exitCode),
    reaches: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (acknowledged.length < count) return
          lines.off('line', check)
          resolve()
        }
        lines.on('line', check)
        lines.on('close', resolve)
        check()
      }),
  }
}

/** Each acknowledged event is in the log once, where it was said to be. */
export const expectAllThere = (
  log: readonly StoredEvent[],
  acknowledged: readonly Acknowledgement[],
): void => {
  const byHash = new Map(log.map((event) => [event.hash, event]))
  expect(byHash.size).toBe(log.length)
  for (const { stream, revision, position, hashes } of acknowledged) {
    const first = revision - hashes.length + 1
    for (const [index, hash] of hashes.entries())
      expect(byHash.get(hash)).toMatchObject({ stream, revision: first + index })
    expect(byHash.get(hashes.at(-1) ?? '')?.position).toBe(position)
  }
}
