import { expect, it } from 'vitest'
import { createModel } from '../../domain/model.ts'
import { currentVersion, upcast } from '../../domain/upcasting.ts'
import { createCodec } from '../../eventstore/codec.ts'
import { createCommandHandler } from '../../eventstore/handler.ts'
import { MemoryEventStore } from '../../eventstore/memory/memory-event-store.ts'
import { StoreUnavailable } from '../../eventstore/port.ts'
import { derivedId, newId } from '../../platform/ids.ts'
import { openMemoryDocumentStore } from '../../projections/memory/document-store.ts'
import { createProjectionRunner } from '../../projections/runner.ts'
import { access } from '../../projections/views/access.ts'
import { createKnownAccess } from './known-access.ts'

/** A log that can be taken away, a clock that can be moved on, and the view of roles. */
const standing = async () => {
  let isAway = false
  let elapsed = 0
  const memory = new MemoryEventStore()
  const store = new Proxy(memory, {
    get: (target, name) => {
      if (isAway && (name === 'readStream' || name === 'append'))
        return () => Promise.reject(new StoreUnavailable('db-1:2113 does not answer.'))
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const clock = { now: () => Date.parse('2026-06-01T00:00:00.000Z') }
  const codec = createCodec({ current: currentVersion, upcast })
  const handler = createCommandHandler({ store, clock, codec, elapsed: () => elapsed })
  const model = createModel({
    derive: (prefix, ...parts) => derivedId(prefix, '00000000-0000-4000-8000-000000000000', ...parts),
    tolerance: 1,
  })
  const documents = openMemoryDocumentStore()
  const runner = createProjectionRunner({
    events: memory,
    documents,
    projections: [access],
    decode: (stored) => codec.decode(stored),
    clock,
    onFailure: (error) => {
      throw error
    },
  })
  await runner.start()
  const grant = async (subject: string, type: 'GrantRole' | 'RevokeRole'): Promise<void> => {
    const role = { role: 'AUDITOR', organisation: null } as const
    const command =
      type === 'GrantRole' ? { type, subject, ...role, grantedBy: null } : { type, ...role, reason: 'left' }
    const meta = {
      commandId: newId('command'),
      correlationId: newId('command'),
      causationId: null,
      actor: { kind: 'SYSTEM', id: 'test', onBehalfOf: null },
      occurredAt: null,
      traceparent: null,
    } as const
    const { position } = await handler.execute(model.access, subject, command, meta)
    expect(await runner.waitFor(position ?? '', 10_000)).toBe(true)
  }
  return {
    known: createKnownAccess({ handler, model, documents }),
    grant,
    /** Far enough on that nothing read before counts as fresh. */
    goAway: () => {
      isAway = true
      elapsed += 60_000
    },
    comeBack: () => {
      isAway = false
    },
    end: async () => {
      await runner.stop()
      await handler.close()
    },
  }
}

it('what was last known of a subject serves while the log is away, and nothing is made up', async () => {
  const { known, grant, goAway, end } = await standing()
  const [one, other, stranger] = [newId('person'), newId('person'), newId('person')]
  await grant(one, 'GrantRole')
  await grant(other, 'GrantRole')
  expect((await known.of(one)).answer.grants).toHaveLength(1)
  goAway()
  expect((await known.of(one)).answer.grants).toEqual([{ role: 'AUDITOR', organisation: null }])
  expect((await known.of(one)).isRemembered).toBe(true)
  // Known to the view alone.
  expect(await known.of(other)).toMatchObject({
    answer: { grants: [{ role: 'AUDITOR', organisation: null }] },
    isRemembered: true,
  })
  await expect(known.of(stranger)).rejects.toThrow(StoreUnavailable)
  await end()
})

it('a role that was taken back before the log went away is not there again', async () => {
  const { known, grant, goAway, end } = await standing()
  const one = newId('person')
  await grant(one, 'GrantRole')
  expect((await known.of(one)).answer.grants).toHaveLength(1)
  await grant(one, 'RevokeRole')
  goAway()
  expect((await known.of(one)).answer.grants).toEqual([])
  await end()
})

it('once the log is back, it is what counts', async () => {
  const { known, grant, goAway, comeBack, end } = await standing()
  const [one, other] = [newId('person'), newId('person')]
  await grant(one, 'GrantRole')
  expect((await known.of(one)).answer.grants).toHaveLength(1)
  goAway()
  expect((await known.of(one)).answer.grants).toHaveLength(1)
  comeBack()
  await grant(one, 'RevokeRole')
  await grant(other, 'GrantRole')
  await expect.poll(async () => (await known.of(one)).answer.grants).toEqual([])
  expect(await known.of(other)).toMatchObject({ isRemembered: false })
  await end()
})
