/** Imports the Olist data set: reads its files, works out what to state, and states it through the command handler. */

import { Rejection } from '../../domain/decider.ts'
import { inParallel } from '../commander.ts'
import type { Tributary } from '../tributary.ts'
import { ImportError } from './import-error.ts'
import { readFamilies } from './olist-families.ts'
import { findOlistFiles } from './olist-files.ts'
import { olistIds, olistSystem } from './olist-ids.ts'
import { marketSteps } from './olist-market.ts'
import { type OlistPlan, planOlist } from './olist-plan.ts'
import { salesSteps } from './olist-sales.ts'
import { readOlistTables } from './olist-tables.ts'
import { olistCurrency } from './olist-values.ts'
import { senderFor } from './send.ts'

/** Where an import states its facts. */
export type ImportTarget = Pick<
  Tributary,
  'deployment' | 'derive' | 'handler' | 'store' | 'codec' | 'model' | 'stating'
>

export interface ImportProgress {
  readonly step: string
  readonly done: number
  readonly total: number
}

export interface ImportOptions {
  /** Stops between two commands; what was stated stays, and a next run goes on. */
  readonly signal?: AbortSignal
  readonly progress?: (progress: ImportProgress) => void
}

/** Commands under way at a time: as many share one commit. */
const inFlight = 256

/**
 * Reads and checks all files before anything is stated.
 * @throws {ImportError} where a file is missing, cut off or damaged
 */
export const readOlistPlan = async (folder: string): Promise<OlistPlan> => {
  const families = readFamilies()
  return planOlist(await readOlistTables(findOlistFiles(folder), families), families)
}

const explained = (error: unknown, step: string): unknown => {
  if (!(error instanceof Rejection)) return error
  const advice =
    error.code === 'KEY_REUSED'
      ? 'This data folder holds an import of other files; take a fresh one.'
      : 'What was stated before it stays.'
  return new ImportError(`The ${step} cannot be stated: ${error.message} ${advice}`, null, error)
}

/**
 * States the plan. Running it again changes nothing; after a stop it goes on.
 * @throws {ImportError} where what is there already says otherwise, from other files for example
 * @throws whatever the handler throws where the log cannot be written
 */
export const importOlist = async (
  plan: OlistPlan,
  target: ImportTarget,
  { signal, progress }: ImportOptions = {},
): Promise<void> => {
  const { deployment, derive, model, stating } = target
  if (!deployment.currencies.includes(olistCurrency))
    throw new ImportError(
      `The data set is in ${olistCurrency}, and this deployment keeps no books in it. Take a fresh data folder.`,
    )
  const parts = { ...senderFor(olistSystem, target), ids: olistIds(derive), derive, model, stating }
  for (const { name, total, tasks } of [...marketSteps(plan, parts), ...salesSteps(plan, parts)]) {
    if (total === 0) continue
    let done = 0
    const tell = () => progress?.({ step: name, done, total })
    tell()
    await inParallel(tasks, inFlight, async (task) => {
      signal?.throwIfAborted()
      await task()
      done += 1
      tell()
    }).catch((error: unknown) => {
      throw explained(error, name)
    })
  }
}
