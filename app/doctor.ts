/** Looks whether all that is kept is what was written, and whether the views say what the log says. */
import { definitionOf } from '../domain/catalogue.ts'
import { verifyLog } from '../eventstore/chain.ts'
import { checkLogFile } from '../eventstore/sqlite/check-file.ts'
import { systemClock } from '../platform/clock.ts'
import { compareGenerations } from '../projections/compare.ts'
import { trialBalance } from '../projections/queries/trial-balance.ts'
import { readLive } from '../projections/read-live.ts'
import { build, discardAll } from '../projections/rebuild.ts'
import { allProjections } from '../projections/views/all.ts'
import { bringViewsUp } from './projector.ts'
import { verifySeals } from './seals.ts'
import type { Tributary } from './tributary.ts'

export interface Check {
  readonly name: string
  readonly ok: boolean
  /** What was looked at, or the first thing that is wrong. */
  readonly detail: string
}

export interface Diagnosis {
  readonly ok: boolean
  readonly checks: readonly Check[]
}

type Progress = (what: string, done: number, total: number) => void

const checkFile = async ({ log }: Tributary): Promise<Omit<Check, 'name'>> => {
  if (log.kind === 'server')
    return { ok: true, detail: 'The log is on a server, which looks after its files itself.' }
  const problems = checkLogFile(log.file)
  return {
    ok: problems.length === 0,
    detail: problems[0] ?? 'The log file is sound, revisions are contiguous.',
  }
}

const checkChains = async ({ store }: Tributary, progress: Progress): Promise<Omit<Check, 'name'>> => {
  const total = Number((await store.head()) ?? 0)
  const { events, broken } = await verifyLog(store, (done) => progress('chains', done, total))
  return {
    ok: broken === null,
    detail:
      broken === null ? `${events} events chain, each with its hash.` : `${broken.event}: ${broken.detail}`,
  }
}

const checkSeals = async (tributary: Tributary): Promise<Omit<Check, 'name'>> => {
  const { count, problem } = await verifySeals(tributary)
  return { ok: problem === null, detail: problem ?? `${count} seals hold.` }
}

/** Every event is what its schema in the catalogue says. */
const checkSchemas = async (
  { store, codec }: Tributary,
  progress: Progress,
): Promise<Omit<Check, 'name'>> => {
  const total = Number((await store.head()) ?? 0)
  let unknown = 0
  let events = 0
  for (let after: string | null = null; ; ) {
    const page = await store.readLog(after, 1_000)
    for (const stored of page.events) {
      events += 1
      const event = codec.decode(stored)
      const parsed = event === undefined ? undefined : definitionOf(event.type)?.data.safeParse(event.data)
      if (parsed === undefined) unknown += 1
      else if (!parsed.success) {
        const [issue] = parsed.error.issues
        return {
          ok: false,
          detail: `${stored.stream}@${stored.revision} (${stored.type}): ${issue?.path.join('.')}: ${issue?.message}`,
        }
      }
    }
    progress('schemas', events, total)
    after = page.next
    if (page.atHead)
      return { ok: true, detail: `${events} events fit their schemas; ${unknown} of unknown types.` }
  }
}

const checkCheckpoints = async ({ store, documents }: Tributary): Promise<Omit<Check, 'name'>> => {
  const head = await store.head()
  let partitions = 0
  for (const { name } of allProjections) {
    for (const [partition, checkpoint] of (
      (await (await documents.live(name))?.checkpoints()) ?? []
    ).entries()) {
      partitions += 1
      if (checkpoint?.position == null || checkpoint.event === null) continue
      const which = partition === 0 ? name : `${name}, partition ${partition},`
      if (head === null || store.comparePositions(checkpoint.position, head) > 0) {
        return { ok: false, detail: `${which} stands at ${checkpoint.position}, past the head of the log.` }
      }
      const at = checkpoint.event.lastIndexOf('@')
      const [event] = await store.readStream(checkpoint.event.slice(0, at), {
        from: Number(checkpoint.event.slice(at + 1)),
        limit: 1,
      })
      if (event?.position !== checkpoint.position) {
        return {
          ok: false,
          detail: `${which} says that ${checkpoint.event} stands at ${checkpoint.position}; it does not.`,
        }
      }
    }
  }
  return {
    ok: true,
    detail: `${allProjections.length} views in ${partitions} partitions stand where their checkpoints say.`,
  }
}

/** Who folds the views. A lease whose owner died is no fault: whoever comes next claims it. */
const checkLeases = async ({ documents }: Tributary): Promise<Omit<Check, 'name'>> => {
  const owners = new Map((await documents.leases.owners()).map((each) => [each.owner, each]))
  const held = { living: 0, dead: 0, free: 0 }
  for (const { name } of allProjections)
    for (const { owner } of (await (await documents.live(name))?.leases()) ?? []) {
      if (owner === null) held.free += 1
      else held[owners.get(owner)?.isGone === false ? 'living' : 'dead'] += 1
    }
  const projectors = [...owners.values()].filter(({ role, isGone }) => role === 'projector' && !isGone).length
  return {
    ok: true,
    detail: `${projectors} projectors run. Of the partitions they hold ${held.living}, nobody holds ${held.free}, and ${held.dead} are of owners that died, free to be claimed.`,
  }
}

const checkParked = async ({ documents }: Tributary): Promise<Omit<Check, 'name'>> => {
  for (const { name } of allProjections) {
    const [first] = (await (await documents.live(name))?.parked()) ?? []
    if (first !== undefined)
      return { ok: false, detail: `${name} set ${first.stream} aside at ${first.event}: ${first.reason}` }
  }
  return { ok: true, detail: 'No view set a stream aside.' }
}

const checkBalance = async ({ documents }: Tributary): Promise<Omit<Check, 'name'>> => {
  const { rows, balanced, setAside } = await readLive(documents, 'journal', (reader) =>
    trialBalance(reader, { kind: 'NOW' }),
  )
  const currencies = new Set(rows.map(({ currency }) => currency))
  return {
    ok: balanced,
    detail: balanced
      ? `The books balance in ${currencies.size} currencies.`
      : setAside > 0
        ? `The books lack entries of ${setAside} streams that were set aside: see the check of what was parked.`
        : `The books do not balance: ${rows.map(({ kind, currency, balance }) => `${kind} ${balance} ${currency}`).join(', ')}.`,
  }
}

/** Builds every view anew and compares it with the live one, byte for byte. */
const checkRebuilt = async (tributary: Tributary, progress: Progress): Promise<Omit<Check, 'name'>> => {
  const { store, documents, codec } = tributary
  const head = await store.head()
  if (head === null) return { ok: true, detail: 'The log is empty.' }
  const partitions = new Map<string, number>()
  for (const { name } of allProjections) partitions.set(name, (await documents.live(name))?.partitions ?? 1)
  const lane = await build({
    events: store,
    documents,
    decode: (stored) => codec.decode(stored),
    projections: allProjections,
    partitionsOf: ({ name }) => partitions.get(name) ?? 1,
    now: () => systemClock.now(),
    page: 4_096,
    cachedWhileBuilding: 100_000,
    cachedAfter: 1_000,
    tallyOf: () => ({ eventsScanned: 0, documentsWritten: 0 }),
    signal: new AbortController().signal,
    onProgress: ({ scanned }) => progress('rebuild', scanned, Number(head)),
  })
  const { followers } = lane
  try {
    const generations = new Map(followers.map(({ projection, generation }) => [generation, projection]))
    for (const [generation, projection] of generations) {
      const live = await documents.live(projection.name)
      if (live === null) return { ok: false, detail: `${projection.name} was never built.` }
      const [mine, theirs] = [await generation.checkpoint(), await live.checkpoints()]
      if (theirs.some((each) => each?.position !== mine?.position)) {
        return {
          ok: false,
          detail: `The log moved on while ${projection.name} was compared. Run it again when the server is quiet.`,
        }
      }
      const difference = await compareGenerations(live, generation)
      if (difference !== null) {
        const { collection, key, left, right } = difference
        return {
          ok: false,
          detail: `${projection.name}/${collection ?? 'parked'} ${key}: live ${left}, rebuilt ${right}.`,
        }
      }
    }
    return { ok: true, detail: `${generations.size} views rebuilt equal the live ones, byte for byte.` }
  } finally {
    await discardAll(documents, [...new Set(followers.map(({ generation }) => generation))])
  }
}

export const diagnose = async (
  tributary: Tributary,
  { deep, progress = () => undefined }: { readonly deep: boolean; readonly progress?: Progress },
): Promise<Diagnosis> => {
  const checks: Check[] = []
  const look = async (name: string, check: () => Promise<Omit<Check, 'name'>>): Promise<void> => {
    try {
      checks.push({ name, ...(await check()) })
    } catch (error) {
      checks.push({ name, ok: false, detail: error instanceof Error ? error.message : String(error) })
    }
  }
  await look('file', () => checkFile(tributary))
  await look('chains', () => checkChains(tributary, progress))
  await look('seals', () => checkSeals(tributary))
  await look('views', async () => {
    await bringViewsUp(tributary)
    return { ok: true, detail: 'The views are at the head of the log.' }
  })
  await look('checkpoints', () => checkCheckpoints(tributary))
  await look('leases', () => checkLeases(tributary))
  await look('parked', () => checkParked(tributary))
  await look('trial-balance', () => checkBalance(tributary))
  if (deep) {
    await look('schemas', () => checkSchemas(tributary, progress))
    await look('rebuilt-equals-live', () => checkRebuilt(tributary, progress))
  }
  return { ok: checks.every(({ ok }) => ok), checks }
}
