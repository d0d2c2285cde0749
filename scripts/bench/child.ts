/** Measured work runs in processes of its own, so that one side's garbage is not the other's time. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What a child answers: numbers by name. */
export type Answer = Readonly<Record<string, number>>

export interface Child {
  ask(question: string): Promise<Answer>
  end(): Promise<void>
}

/** The child ended before it answered. */
export class ChildFailed extends Error {
  override readonly name = 'ChildFailed'
}

const isAnswer = (message: unknown): message is Answer =>
  typeof message === 'object' &&
  message !== null &&
  Object.values(message).every((value) => typeof value === 'number')

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode)
    else child.once('exit', resolve)
  })

/**
 * What `npm start` runs the product with (package.json): a young generation that commands in flight fit into several
 * times, and nothing taken for long-lived because it lived long while the log was read in.
 */
const productFlags = [
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
  '--no-allocation-site-pretenuring',
] as const

/** As `startChild`, in a process like that of `npm start`. */
export const startLikeProduct = (script: string, ...args: readonly string[]): Child =>
  startWith(productFlags, script, args)

/** Starts `script` (beside this file) with arguments; it answers each question with numbers. */
export const startChild = (script: string, ...args: readonly string[]): Child => startWith([], script, args)

const startWith = (flags: readonly string[], script: string, args: readonly string[]): Child => {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = fork(path, args, {
    execArgv: ['--expose-gc', ...flags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        const fail = (code: number | null) =>
          reject(new ChildFailed(`${script} ended with ${code} at "${question}".`))
        child.once('exit', fail)
        child.once('message', (message) => {
          child.off('exit', fail)
          if (isAnswer(message)) resolve(message)
          else reject(new ChildFailed(`${script} answered something else than numbers.`))
        })
        child.send(question)
      }),
    end: async () => {
      const exit = ended(child)
      if (child.connected) child.send('end')
      await exit
    },
  }
}

const reply = (numbers: Answer): void => {
  const send = process.send?.bind(process)
  if (send === undefined) throw new TypeError('A child answers the process that started it.')
  send(numbers)
}

/** In the child: answers questions until it is told to end. */
export const answerQuestions = (
  answer: (question: string) => Promise<Answer>,
  end: () => Promise<void> = async () => undefined,
): void => {
  process.on('message', (question) => {
    const work = async () => {
      if (question === 'end') {
        await end()
        process.disconnect?.()
      } else {
        const numbers = await answer(String(question))
        reply(numbers)
      }
    }
    work().catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      process.exit(1)
    })
  })
}
