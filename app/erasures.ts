/**
 * The list of erasures: who was erased and when, each entry chained to the one before and signed. It stands outside
 * the data folder, so that no backup brings back what was erased: a restore carries the list out again.
 */
import { appendFile, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { canonicalJson } from '../platform/canonical.ts'
import type { KeyStore } from '../platform/key-store.ts'
import { sha256 } from '../platform/sha256.ts'
import { isSignedBy, type SigningKey } from '../platform/signing-key.ts'

const entry = z.strictObject({
  subject: z.string(),
  at: z.iso.datetime(),
  previous: z.string().nullable(),
  signature: z.string(),
})
type Entry = z.infer<typeof entry>

/** Purposes whose keys an erasure destroys. Payee keys stay until their retention date. */
const erasedPurposes = ['identity', 'contact'] as const

/** The list does not hold: an entry was changed, dropped or added by somebody else. */
export class ErasureListBroken extends Error {
  override readonly name = 'ErasureListBroken'
}

/** `data` has its list beside it, as `data.erasures.jsonl`. */
export const erasuresFile = (dataFolder: string): string => {
  const folder = resolve(dataFolder)
  return join(dirname(folder), `${basename(folder)}.erasures.jsonl`)
}

const signedText = ({ signature: _, ...facts }: Entry): string => canonicalJson(facts)

const readLines = async (file: string): Promise<readonly string[]> => {
  try {
    return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** @throws {ErasureListBroken} */
const readErasures = async (file: string, publicPem: string): Promise<readonly Entry[]> => {
  let previous: string | null = null
  const entries: Entry[] = []
  for (const [number, line] of (await readLines(file)).entries()) {
    const parsed = entry.safeParse(JSON.parse(line))
    const sound =
      parsed.success &&
      parsed.data.previous === previous &&
      isSignedBy(publicPem, signedText(parsed.data), parsed.data.signature)
    if (!parsed.success || !sound)
      throw new ErasureListBroken(`Line ${number + 1} of ${file} is not what was signed.`)
    entries.push(parsed.data)
    previous = sha256(line)
  }
  return entries
}

/** Destroys the keys of a subject, and lists it. The list comes first: a crash in between erases again, never less. */
export const erase = async (
  keys: KeyStore,
  signingKey: SigningKey,
  file: string,
  subject: string,
  at: string,
): Promise<void> => {
  const last = (await readLines(file)).at(-1)
  const facts = { subject, at, previous: last === undefined ? null : sha256(last), signature: '' }
  const signed: Entry = { ...facts, signature: signingKey.sign(signedText(facts)) }
  await appendFile(file, `${canonicalJson(signed)}\n`, { flush: true })
  for (const purpose of erasedPurposes) keys.destroy(subject, purpose)
}

/** Carries every entry of the list out again; how many there are. @throws {ErasureListBroken} */
export const eraseAgain = async (keys: KeyStore, publicPem: string, file: string): Promise<number> => {
  const entries = await readErasures(file, publicPem)
  for (const { subject } of entries) for (const purpose of erasedPurposes) keys.destroy(subject, purpose)
  return entries.length
}
