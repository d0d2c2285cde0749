import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { diagnose } from '../../app/doctor.ts'
import { queueNames } from '../../app/inside.ts'
import { migrate } from '../../app/migrate.ts'
import { untilMoved } from '../../app/moved.ts'
import { bringViewsUp } from '../../app/projector.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary } from '../../app/tributary.ts'
import { copyLog } from '../../eventstore/copy-log.ts'
import { openEventStoreDb } from '../../eventstore/eventstoredb/eventstoredb-event-store.ts'
import { openSqliteEventStore } from '../../eventstore/sqlite/sqlite-event-store.ts'
import { documentsByEvent } from '../support/documents-by-event.ts'
import { type EventStoreServer, ownEventStore, startOwnEventStore } from '../support/eventstore-server.ts'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { freshFolder, runScript } from './run-script.ts'

const small = { members: 12, purchases: 30, seed: 11, until: '2026-06-01T00:00:00.000Z' }
const quiet = () => undefined

/** A deployment with a small ecosystem, its views at the head; what they hold. */
const deployed = async (seed = small.seed) => {
  const folder = join(freshFolder(), 'data')
  const tributary = await openTributary({ folder })
  await simulate(tributary, { ...small, seed })
  await bringViewsUp(tributary)
  const documents = await documentsByEvent(tributary)
  const events = Number(await tributary.store.head())
  await tributary.close()
  return { folder, documents, events }
}

describeWith([ownEventStore], 'a move to EventStoreDB', () => {
  let server: EventStoreServer

  beforeAll(async () => {
    server = await startOwnEventStore()
  })
  afterAll(() => server?.stop())

  /** A server whose log is empty: each log that is moved needs its own. */
  const anEmptyOne = async (): Promise<EventStoreServer> => {
    await server.stop()
    server = await startOwnEventStore()
    return server
  }

  it('brings every event in order, and the same views but for positions; the file takes nothing more', async () => {
    const { url } = await anEmptyOne()
    const { folder, documents, events } = await deployed()
    const open = await openTributary({ folder })
    const before = await open.store.readStream('deployment-own')
    const ran = await runScript('migrate', '--to', url, '--data', folder, '--json')
    expect(ran.err).toBe('')
    expect(JSON.parse(ran.out)).toMatchObject({ events, copied: events })

    await expect(simulate(open, { ...small, seed: 12 })).rejects.toThrow(
      /was moved to 127\.0\.0\.1:\d+: set TRIBUTARY_EVENTSTORE_URL/,
    )
    await open.close()
    await expect(openTributary({ folder })).rejects.toThrow('was moved to a server')

    const moved = await openTributary({ folder, eventStoreUrl: url })
    expect(await documentsByEvent(moved)).toEqual(documents)
    const after = await moved.store.readStream('deployment-own')
    expect(after.map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash))
    const { checks, ok } = await diagnose(moved, { deep: true })
    expect(checks.filter((check) => !check.ok)).toEqual([])
    expect(ok).toBe(true)
    // It goes on there.
    await simulate(moved, { ...small, seed: 13 })
    await bringViewsUp(moved)
    expect((await diagnose(moved, { deep: false })).ok).toBe(true)
    await moved.close()
  })

  it('that was stopped half way goes on where it was, also when the server was killed meanwhile', async () => {
    const { url, kill, restart } = await anEmptyOne()
    const { folder, documents, events } = await deployed()
    const source = await openSqliteEventStore(join(folder, 'events.db'))
    const target = await openEventStoreDb(url)
    // A page of the log, and not one more: as a process that is ended after it.
    const page = (await source.readLog(null, 100)).events
    for (const event of page)
      await target.append({ stream: event.stream, expectedRevision: event.revision - 1, events: [event] })
    await target.close()
    await source.close()
    await kill()
    await restart()
    const migrated = await migrate({ folder, to: url, progress: quiet })
    expect(migrated).toMatchObject({ events, copied: events - page.length })
    expect(await migrate({ folder, to: url, progress: quiet })).toMatchObject({ events, copied: 0 })
    const moved = await openTributary({ folder, eventStoreUrl: url })
    expect(await documentsByEvent(moved)).toEqual(documents)
    await moved.close()
  })

  it('outlives a server that is killed in the middle of it', async () => {
    const { url, kill, restart } = await anEmptyOne()
    const { folder, documents } = await deployed()
    let killed: Promise<void> | null = null
    const progress = (what: string) => {
      if (what === 'compare') killed ??= kill().then(() => restart())
    }
    const first = migrate({ folder, to: url, progress }).catch((error: unknown) => error)
    await first
    await killed
    expect(existsSync(join(folder, 'events.db'))).toBe(true)
    await migrate({ folder, to: url, progress: quiet })
    const moved = await openTributary({ folder, eventStoreUrl: url })
    expect(await documentsByEvent(moved)).toEqual(documents)
    await moved.close()
  })

  it('onto the log of another deployment is refused, and nothing is changed on either side', async () => {
    const { url } = await anEmptyOne()
    const other = await deployed(1)
    await migrate({ folder: other.folder, to: url, progress: quiet })
    const { folder } = await deployed(2)
    await expect(migrate({ folder, to: url, progress: quiet })).rejects.toMatchObject({
      name: 'NotTheSameLog',
    })
    const still = await openTributary({ folder })
    await simulate(still, { ...small, seed: 3 })
    await still.close()
    await expect(openTributary({ folder, eventStoreUrl: url })).rejects.toMatchObject({
      name: 'LogElsewhere',
    })
    const there = await openTributary({ folder: other.folder, eventStoreUrl: url })
    expect(await documentsByEvent(there)).toEqual(other.documents)
    await there.close()
  })

  it('notices an event that differs from the log', async () => {
    const { url } = await anEmptyOne()
    const { folder } = await deployed()
    const source = await openSqliteEventStore(join(folder, 'events.db'))
    const target = await openEventStoreDb(url)
    await copyLog({ from: source, to: target, last: null, onProgress: quiet })
    const [event] = (await source.readLog(null, 1)).events
    if (event === undefined) throw new TypeError('The log is not empty.')
    await target.append({
      stream: 'stranger-1',
      expectedRevision: -1,
      events: [{ ...event, stream: 'stranger-1', revision: 0 }],
    })
    await target.close()
    await source.close()
    await expect(migrate({ folder, to: url, progress: quiet })).rejects.toMatchObject({
      name: 'NotTheSameLog',
    })
  })

  it('is refused while a worker is at work on a job, which would find the log closed under it', async () => {
    const { url } = await anEmptyOne()
    const { folder, events } = await deployed()
    const open = await openTributary({ folder })
    const queue = (await open.jobs()).queue(queueNames[0] ?? '')
    let finish: () => void = quiet
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const begun = new Promise<void>((resolve) => {
      const worker = queue.work({
        concurrency: 1,
        onError: quiet,
        handle: async () => {
          resolve()
          await finished
          return { kind: 'DONE' }
        },
      })
      onTestFinished(() => worker.stop())
    })
    await queue.put([{ id: 'job-1', name: 'long', data: '{}' }])
    await begun
    await expect(migrate({ folder, to: url, progress: quiet })).rejects.toThrow(
      'A worker is at work on 1 jobs',
    )
    finish()
    await until('the job is done', async () => (await queue.stats()).active === 0)
    await open.close()
    expect(await migrate({ folder, to: url, progress: quiet })).toMatchObject({ events })
  })

  it('is joined by no other data folder, which has none of its keys; but by one that is founded at that moment', async () => {
    const { url } = await anEmptyOne()
    const { folder } = await deployed()
    await migrate({ folder, to: url, progress: quiet })
    const stray = join(freshFolder(), 'stray')
    await expect(openTributary({ folder: stray, eventStoreUrl: url })).rejects.toThrow(
      /has the log of deployment_\w+, whose keys are in another data folder/,
    )
    expect(existsSync(join(stray, 'master.key'))).toBe(false)

    const { url: empty } = await anEmptyOne()
    const shared = join(freshFolder(), 'shared')
    const both = await Promise.all([1, 2].map(() => openTributary({ folder: shared, eventStoreUrl: empty })))
    expect(new Set(both.map(({ deployment }) => deployment.id)).size).toBe(1)
    for (const tributary of both) await tributary.close()
  })

  it('tells those who still have the file open, so that they end', async () => {
    const { url } = await anEmptyOne()
    const { folder } = await deployed()
    const open = await openTributary({ folder })
    const told = untilMoved(open)
    await migrate({ folder, to: url, progress: quiet })
    await told
    await open.close()
  })
})
