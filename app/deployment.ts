/** Which deployment a log belongs to: its first event says so, and the data folder remembers it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { currencyCodes, isCurrency } from '../domain/currency.ts'
import { Rejection } from '../domain/decider.ts'
import { deployment } from '../domain/deployment.ts'
import { deploymentEvents } from '../domain/events/platform.ts'
import type { Codec } from '../eventstore/codec.ts'
import type { CommandHandler } from '../eventstore/handler.ts'
import type { EventStore } from '../eventstore/port.ts'
import { firstEvents } from '../eventstore/reads.ts'
import { newCorrelationId, newId } from '../platform/ids.ts'

/** `id` names the deployment, `zone` (IANA) and `currencies` are those of its ledger. */
export interface Deployment {
  readonly id: string
  readonly zone: string
  readonly currencies: readonly string[]
}

/** The engine holds the log of another deployment than this data folder belongs to. Nothing was touched. */
export class ForeignLog extends Error {
  override readonly name = 'ForeignLog'
}

/** There is one deployment in a log, so its stream has a name of its own: two founders meet in it. */
export const deploymentStreamId = 'own'

const marker = z.object({ deploymentId: z.string() })
const markerFile = (folder: string): string => join(folder, 'deployment.json')

const remembered = (folder: string): string | null => {
  const file = markerFile(folder)
  if (!existsSync(file)) return null
  const parsed = marker.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success)
    throw new ForeignLog(`${file} does not say which deployment this is. Put the right one back.`)
  return parsed.data.deploymentId
}

const remember = (folder: string, deploymentId: string): void => {
  const fresh = `${markerFile(folder)}.${process.pid}`
  writeFileSync(fresh, `${JSON.stringify({ deploymentId })}\n`, { flush: true })
  renameSync(fresh, markerFile(folder))
}

/** How long, in milliseconds, a process that founds may take to say so in the folder that it shares with this one. */
const remembersWithin = 5_000

/**
 * A folder without a deployment has none of the keys that this log's personal data are sealed with: it would make its
 * own, and split them for good. @throws {ForeignLog} where nobody founds in this folder just now
 */
const rememberedSoon = async (folder: string, deploymentId: string): Promise<string> => {
  for (const until = performance.now() + remembersWithin; performance.now() < until; ) {
    const known = remembered(folder)
    if (known !== null) return known
    await pause(50)
  }
  throw new ForeignLog(
    `The server has the log of ${deploymentId}, whose keys are in another data folder than ${folder}. Name that folder with --data; on another machine, copy its deployment.json, keys.db, signing-key.pem and, unless TRIBUTARY_MASTER_KEY is set, master.key first. Nothing was changed.`,
  )
}

const foundedIn = async (store: EventStore, codec: Codec): Promise<Deployment | null> => {
  const [first] = await firstEvents(store, 1)
  if (first === undefined) return null
  const event = codec.decode(first)
  if (event?.type !== 'DeploymentFounded') {
    throw new ForeignLog('The log does not begin with the founding of a deployment: it is none of Tributary.')
  }
  const { deploymentId, ledgerZone, currencies } = deploymentEvents.DeploymentFounded.data.parse(event.data)
  return { id: deploymentId, zone: ledgerZone, currencies }
}

/** There is no log where one was expected. Nothing was made. */
export class NoLog extends Error {
  override readonly name = 'NoLog'
}

export interface Founding {
  readonly zone: string
  /** Empty: all that are known. */
  readonly currencies: readonly string[]
}

/**
 * The deployment of a log, founded where there is none yet.
 * @throws {NoLog} where there is none, and none is to be founded
 * @param isShared the log is on a server, which any folder might name by mistake
 * @throws {ForeignLog} where the log is another deployment's than the folder's, or the folder is none of its deployment
 */
export const openDeployment = async (
  folder: string,
  store: EventStore,
  codec: Codec,
  handler: CommandHandler,
  founding: Founding | null,
  isShared: boolean,
): Promise<Deployment> => {
  let known = remembered(folder)
  let opened = await foundedIn(store, codec)
  if (known === null && opened !== null && isShared) known = await rememberedSoon(folder, opened.id)
  if (opened === null) {
    if (known !== null) {
      throw new ForeignLog(
        `This folder belongs to ${known}, but its log is empty. Restore the log from a backup.`,
      )
    }
    if (founding === null)
      throw new NoLog(`There is no deployment in the log of ${folder}. Make one with npm start.`)
    await found(handler, founding)
    opened = await foundedIn(store, codec)
  }
  if (opened === null) throw new ForeignLog('The log is empty although a deployment was founded in it.')
  if (known !== null && known !== opened.id) {
    throw new ForeignLog(`This folder belongs to ${known}, but the log to ${opened.id}. Nothing was changed.`)
  }
  if (known === null) remember(folder, opened.id)
  return opened
}

const found = async (handler: CommandHandler, { zone, currencies }: Founding): Promise<void> => {
  const deploymentId = newId('deployment')
  const chosen = currencies.length === 0 ? [...currencyCodes] : currencies.filter(isCurrency)
  try {
    await handler.execute(
      deployment,
      deploymentStreamId,
      { type: 'FoundDeployment', deploymentId, ledgerZone: zone, currencies: chosen },
      {
        commandId: newId('command'),
        correlationId: newCorrelationId(),
        causationId: null,
        actor: { kind: 'SYSTEM', id: 'setup', onBehalfOf: null },
        occurredAt: null,
        traceparent: null,
      },
    )
  } catch (error) {
    // Another process founded it between the look and the append: then it is there to be joined.
    if (!(error instanceof Rejection) || error.code !== 'TAKEN') throw error
  }
}
