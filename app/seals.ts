/**
 * Seals of the log: what was appended since the last one, under one Merkle root, chained to the last root and signed
 * with the deployment's key. Each is exported to a file as well: copied elsewhere, it shows later what was taken away.
 */
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DomainEvent } from '../domain/catalogue.ts'
import { deployment } from '../domain/deployment.ts'
import { deploymentEvents } from '../domain/events/platform.ts'
import { digestSince, verifySeal } from '../eventstore/log-seal.ts'
import { canonicalJson } from '../platform/canonical.ts'
import { isSignedBy } from '../platform/signing-key.ts'
import { createCommander } from './commander.ts'
import { deploymentStreamId } from './deployment.ts'
import type { Tributary } from './tributary.ts'

type Seal = Extract<DomainEvent, { type: 'LogSealed' }>['data']

const signedText = (deploymentId: string, { signature: _, ...facts }: Seal): string =>
  canonicalJson({ deploymentId, ...facts })

const toBase64 = (base64url: string): string => Buffer.from(base64url, 'base64url').toString('base64')
const toBase64Url = (base64: string): string => Buffer.from(base64, 'base64').toString('base64url')

const sealsFile = (folder: string): string => join(folder, 'seals.jsonl')

/** Seals what is new; null where nothing is but the last seal itself. */
export const sealLog = async (tributary: Tributary): Promise<Seal | null> => {
  const { store, handler, signingKey, folder } = tributary
  const { state } = await handler.readFresh(deployment, deploymentStreamId)
  const last = state.lastSeal
  const digest = await digestSince(store, last?.through ?? null)
  const lastSealAlone =
    digest?.count === 1 && last !== null && digest.through.startsWith(`deployment-${deploymentStreamId}@`)
  if (digest === null || lastSealAlone) return null
  const facts = { ...digest, previousRoot: last?.root ?? null, keyId: signingKey.id, signature: '' }
  const seal: Seal = {
    ...facts,
    signature: toBase64(signingKey.sign(signedText(tributary.deployment.id, facts))),
  }
  await createCommander(tributary, 'sealer').run(
    deployment,
    deploymentStreamId,
    { type: 'SealLog', ...seal },
    `seal ${seal.through} ${seal.root}`,
  )
  await appendFile(
    sealsFile(folder),
    `${canonicalJson({ deploymentId: tributary.deployment.id, ...seal })}\n`,
    { flush: true },
  )
  return seal
}

/** A sentence about the first seal that does not hold; null where all do. `count` is how many there are. */
export const verifySeals = async (
  tributary: Tributary,
): Promise<{ readonly count: number; readonly problem: string | null }> => {
  const { store, codec, signingKey } = tributary
  let count = 0
  let previousRoot: string | null = null
  let previousThrough: string | null = null
  for (let from = 0; ; ) {
    const events = await store.readStream(`deployment-${deploymentStreamId}`, { from })
    const last = events.at(-1)
    if (last === undefined) return { count, problem: null }
    for (const stored of events) {
      if (stored.type !== 'LogSealed') continue
      const seal = deploymentEvents.LogSealed.data.parse(codec.decode(stored)?.data)
      const name = `The seal through ${seal.through}`
      if (seal.previousRoot !== previousRoot || seal.from !== previousThrough) {
        return { count, problem: `${name} does not go on where the one before ended.` }
      }
      const text = signedText(tributary.deployment.id, seal)
      if (
        seal.keyId === signingKey.id &&
        !isSignedBy(signingKey.publicPem, text, toBase64Url(seal.signature))
      ) {
        return { count, problem: `${name} has a signature that is not this deployment's.` }
      }
      const problem = await verifySeal(store, seal)
      if (problem !== null) return { count, problem }
      previousRoot = seal.root
      previousThrough = seal.through
      count += 1
    }
    from = last.revision + 1
  }
}
