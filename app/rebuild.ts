/**
 * Rebuilds views, in two threads: folding and writing them is work for a processor alone, and each builds generations
 * of its own. Both read the whole log; what is left to do in each is half.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { BuildProgress } from '../projections/rebuild.ts'
import { UnknownProjection } from '../projections/unknown-projection.ts'
import { allProjections } from '../projections/views/all.ts'
import { urlOf } from './log.ts'
import { createProjector } from './projector.ts'
import { isRebuildReport, type RebuildTask } from './rebuild-messages.ts'
import type { Tributary } from './tributary.ts'

/** Parts of the work of a rebuild, as measured on sales: what is not here takes next to none. */
const shares: ReadonlyMap<string, number> = new Map([
  ['journal', 30],
  ['matrix', 20],
  ['split', 18],
  ['purchases', 13],
  ['attribution', 9],
  ['activity', 8],
])

/** Two halves of about the same work. */
const halves = (names: readonly string[]): readonly [readonly string[], readonly string[]] => {
  const [ours, theirs]: [string[], string[]] = [[], []]
  const workOf = (name: string): number => shares.get(name) ?? 1
  let ahead = 0
  for (const name of names.toSorted((a, b) => workOf(b) - workOf(a))) {
    const isOurs = ahead <= 0
    ;(isOurs ? ours : theirs).push(name)
    ahead += isOurs ? workOf(name) : -workOf(name)
  }
  return [ours, theirs]
}

const inThread = (task: RebuildTask, onProgress: (progress: BuildProgress) => void): Promise<number> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./rebuild-entry.ts', import.meta.url), { workerData: task })
    worker.on('message', (report: unknown) => {
      if (!isRebuildReport(report)) return
      if (report.kind === 'progress') onProgress(report.progress)
      else resolve(report.documents)
    })
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`The thread that rebuilt views ended with ${code}.`)))
  })

const here = async (
  tributary: Tributary,
  names: readonly string[],
  onProgress: (progress: BuildProgress) => void,
): Promise<number> => {
  const projector = createProjector(tributary, () => undefined)
  try {
    await projector.rebuild(names, onProgress)
    const statuses = await projector.status()
    return statuses.reduce((sum, { documentsWritten }) => sum + documentsWritten, 0)
  } finally {
    await projector.stop()
  }
}

/**
 * Builds views anew beside what readers see, and swaps; all of them where none is named. Answers how many documents
 * were written. `onProgress`: events read, by whichever half has read fewer.
 * @throws {UnknownProjection}, and what the stores throw: then what was not swapped yet is as it was
 */
export const rebuildViews = async (
  tributary: Tributary,
  names: readonly string[],
  onProgress: (scanned: number) => void = () => undefined,
): Promise<number> => {
  const known = allProjections.map(({ name }) => name)
  for (const name of names) if (!known.includes(name)) throw new UnknownProjection(name, known)
  const wanted = names.length === 0 ? known : names
  const { folder, log, partitions } = tributary
  const scanned = [0, 0]
  const tell = (half: 0 | 1) => (progress: BuildProgress) => {
    scanned[half] = progress.scanned
    onProgress(Math.min(...scanned))
  }
  if (wanted.length === 1 || availableParallelism() === 1)
    return here(tributary, wanted, (progress) => onProgress(progress.scanned))
  const [ours, theirs] = halves(wanted)
  const built = await Promise.allSettled([
    here(tributary, ours, tell(0)),
    inThread({ folder, eventStoreUrl: urlOf(log), names: theirs, partitions }, tell(1)),
  ])
  return built.reduce((sum, half) => {
    if (half.status === 'rejected') throw half.reason
    return sum + half.value
  }, 0)
}
