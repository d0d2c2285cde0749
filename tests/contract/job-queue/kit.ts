/** What the cases of the job queue's contract stand on. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { vi } from 'vitest'
import type {
  Job,
  JobControls,
  JobEngine,
  JobQueue,
  JobWorker,
  NewJob,
  Outcome,
  WorkOptions,
} from '../../../workers/queue.ts'
import { withParent } from '../../support/with-parent.ts'

/** How another process opens the same jobs. */
export type EngineAddress =
  | { readonly kind: 'sqlite'; readonly file: string; readonly deploymentId: string }
  | { readonly kind: 'bullmq'; readonly url: string; readonly deploymentId: string }

export interface OpenedEngine {
  readonly engine: JobEngine
  readonly address: EngineAddress
  /** The same jobs as another process has them; the kit closes it. */
  beside(): Promise<JobEngine>
  close(): Promise<void>
}

/** Milliseconds that a condition may take on a machine under load. */
const patience = 30_000

export const until = (condition: () => unknown): Promise<void> =>
  vi.waitFor(
    async () => {
      if (!(await condition())) throw new Error(`Not so yet: ${condition}`)
    },
    { timeout: patience, interval: 20 },
  )

export const jobOf = (id: string, more: Partial<NewJob> = {}): NewJob => ({
  id,
  name: 'greet',
  data: JSON.stringify({ to: id }),
  ...more,
})

export const done: Outcome = { kind: 'DONE' }

interface Watched {
  readonly worker: JobWorker
  /** Ids in the order in which their handlers were called. */
  readonly seen: readonly string[]
  readonly jobs: readonly Job[]
  readonly errors: readonly unknown[]
}

/** Workers that tests start, each stopped at the end of its test. */
export const workers = () => {
  const running: JobWorker[] = []
  return {
    start: (
      queue: JobQueue,
      handle: (job: Job, controls: JobControls) => Outcome | Promise<Outcome> = () => done,
      options: Partial<WorkOptions> = {},
    ): Watched => {
      const jobs: Job[] = []
      const seen: string[] = []
      const errors: unknown[] = []
      const worker = queue.work({
        concurrency: 1,
        onError: (error) => errors.push(error),
        ...options,
        handle: async (job, controls) => {
          jobs.push(job)
          seen.push(job.id)
          return handle(job, controls)
        },
      })
      running.push(worker)
      return { worker, seen, jobs, errors }
    },
    stopAll: async () => {
      for (const worker of running.splice(0)) await worker.stop(0)
    },
  }
}

/** Resolves when told to; a handler that waits for it is one in work. */
export const gate = () => {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

/** Resolves once a signal is aborted, with its reason. */
export const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason)
    else signal.addEventListener('abort', () => resolve(signal.reason))
  })

export interface WorkingChild {
  /** Ids that it took up, as it told them. */
  readonly taken: readonly string[]
  kill(): Promise<void>
}

/** A process of its own that works on a queue: `answers` says whether its handlers ever answer. */
export const startChild = (address: EngineAddress, queue: string, answers: boolean): WorkingChild => {
  const path = fileURLToPath(new URL('child.ts', import.meta.url))
  const child: ChildProcess = fork(path, [JSON.stringify(address), queue, String(answers)], {
    execArgv: [...withParent, '--disable-warning=ExperimentalWarning'],
    stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
  })
  const taken: string[] = []
  child.on('message', (message) => taken.push(String(message)))
  return {
    taken,
    kill: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  }
}
