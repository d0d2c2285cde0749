/** Names of processes and of what runs in them, by which others tell whether they still run. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'

const nameOfThisProcess = 'tributary document store'

/** The same in all threads of this process: what one of them is building is no leftover to another. */
const processName = (): string => {
  const known: unknown = getEnvironmentData(nameOfThisProcess)
  if (typeof known === 'string') return known
  const name = `${process.pid}:${encodeURIComponent(hostname())}:${randomUUID()}`
  setEnvironmentData(nameOfThisProcess, name)
  return name
}

export const thisProcess = processName()

/** Something of this process: a name that nobody else has. */
export const nameWithin = (): string => `${thisProcess}/${randomUUID()}`

/** Whether the process that the owner belongs to may still run; so it may, where it is one of another machine. */
export const isAlive = (owner: string): boolean => {
  const [ofProcess = ''] = owner.split('/')
  const [pid = '', host] = ofProcess.split(':')
  if (host !== encodeURIComponent(hostname())) return true
  if (Number(pid) === process.pid) return ofProcess === thisProcess
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
