import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCommander } from '../../app/commander.ts'
import { createProjector } from '../../app/projector.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import { startWorker } from '../../app/worker.ts'
import type { Read } from '../../domain/decider.ts'
import { membershipIdOf } from '../../domain/derive.ts'
import { answered } from '../../domain/look.ts'
import { hasMember, membersOf } from '../../domain/member-set.ts'
import { membershipFacts, membershipSource } from '../../domain/membership/state.ts'
import { bucketOf, currentRoll } from '../../domain/segment-roll.ts'
import { segments, segmentsOf } from '../../domain/segments.ts'
import { closureOf } from '../../domain/taxonomy.ts'
import { newId } from '../../platform/ids.ts'
import { dyingAfter } from '../support/dying-handler.ts'

const waitMs = 60_000
let folder: string
let tributary: Tributary

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-reactors-'))
  tributary = await openTributary({ folder: join(folder, 'data') })
})
afterEach(async () => {
  await tributary.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the worker until it has reacted to all that is in the log, or until `isOver` says to stop it where it is. */
const react = async (over: Tributary, isOver: () => boolean = () => false): Promise<void> => {
  const projector = createProjector(over, () => undefined)
  await projector.start()
  const worker = await startWorker(over, { projector, onError: () => undefined })
  const head = (await over.store.head()) ?? ''
  const until = performance.now() + waitMs
  while (!isOver() && !(await worker.waitFor(head, 20))) expect(performance.now()).toBeLessThan(until)
  await worker.stop()
  await projector.stop()
}

/** Each member is in the rolls of exactly the segments that hold for them, and the rolls hold nobody else. */
const checkRolls = async (communityId: string, people: readonly string[]): Promise<void> => {
  const read: Read = async (source, id) => (await tributary.handler.readFresh(source, id)).state
  const defined = await read(segments, communityId)
  const picked = new Map<string, Set<string>>(defined.segments.map(({ id }) => [id, new Set()]))
  for (const personId of people) {
    const id = membershipIdOf(tributary.derive, communityId, personId)
    const state = await read(membershipSource, id)
    const facts = membershipFacts(state, await answered(read, (look) => closureOf(state.interests, look)))
    const held = new Set(segmentsOf(defined, facts).map((segment) => segment.id))
    for (const segment of defined.segments) {
      const { state: roll } = await answered(read, (look) => currentRoll(segment.id, bucketOf(id), look))
      expect([segment.name, id, hasMember(roll.members, id)]).toEqual([
        segment.name,
        id,
        held.has(segment.id),
      ])
      if (held.has(segment.id)) picked.get(segment.id)?.add(id)
    }
  }
  for (const { id } of defined.segments) {
    for (let bucket = 0; bucket < 256; bucket++) {
      const { state: roll } = await answered(read, (look) => currentRoll(id, bucket, look))
      for (const member of membersOf(roll.members)) expect(picked.get(id)?.has(member)).toBe(true)
    }
  }
}

/** A community of a simulated market, and its people: those who ever joined it. */
const peopled = async (): Promise<{ communityId: string; people: readonly string[] }> => {
  const { communities } = await simulate(tributary, {
    members: 40,
    purchases: 0,
    seed: 4,
    until: '2026-06-01T00:00:00.000Z',
  })
  const [community] = communities
  if (community === undefined) throw new Error('There is no community.')
  const people: string[] = []
  for (let after: string | null = null; ; ) {
    const page = await tributary.store.readLog(after, 1_000)
    for (const stored of page.events) {
      const data = stored.type === 'MemberJoined' ? tributary.codec.decode(stored)?.data : undefined
      if (data === undefined || !('communityId' in data) || data.communityId !== community.id) continue
      if ('personId' in data) people.push(String(data.personId))
    }
    after = page.next
    if (page.atHead) break
  }
  expect(people.length).toBeGreaterThan(3)
  return { communityId: community.id, people }
}

const leave = async (communityId: string, personId: string): Promise<void> => {
  await createCommander(tributary, 'test').run(
    tributary.model.membership,
    membershipIdOf(tributary.derive, communityId, personId),
    { type: 'LeaveCommunity', leftAt: '2026-05-30T00:00:00.000Z', reason: 'test' },
    newId('command'),
  )
}

describe('the reactor that keeps the rolls of segments', () => {
  it('lets go of members whom it had entered before it died, who left before it came back', async () => {
    const { communityId, people } = await peopled()
    const dying = dyingAfter(tributary.handler, 30)
    await react({ ...tributary, handler: dying.handler }, dying.isDead)
    for (const personId of people) await leave(communityId, personId)
    await react(tributary)
    await checkRolls(communityId, people)
  })

  it('comes to what the rules say, wherever it died before', async () => {
    const { communityId, people } = await peopled()
    const commander = createCommander(tributary, 'test')
    const { membership } = tributary.model
    const acts = fc.array(
      fc.record({
        who: fc.nat({ max: people.length - 1 }),
        what: fc.nat({ max: 3 }),
        dies: fc.nat({ max: 12 }),
      }),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    await fc.assert(
      fc.asyncProperty(acts, async (steps) => {
        for (const { who, what, dies } of steps) {
          const personId = people[who] ?? ''
          const id = membershipIdOf(tributary.derive, communityId, personId)
          const at = '2026-05-30T00:00:00.000Z'
          const { state } = await tributary.handler.readFresh(membership, id)
          if (!state.active) continue
          if (what === 0) await leave(communityId, personId)
          else {
            const categories = what === 1 ? [] : what === 2 ? ['DIAPERS', 'TEA'] : ['FOOD']
            await commander.run(
              membership,
              id,
              { type: 'DeclareInterests', categories, declaredAt: at },
              newId('command'),
            )
          }
          const dying = dyingAfter(tributary.handler, dies)
          await react({ ...tributary, handler: dying.handler }, dying.isDead)
        }
        await react(tributary)
        await checkRolls(communityId, people)
      }),
      {
        numRuns: 6,
        examples: [
          // Who is interested no more, or left, before the page with their join was done with.
          [
            [
              { who: 12, what: 0, dies: 11 },
              { who: 8, what: 0, dies: 7 },
              { who: 4, what: 1, dies: 4 },
              { who: 7, what: 2, dies: 1 },
            ],
          ],
        ],
      },
    )
  })
})

describe('the reactor that attaches parked facts', () => {
  it('attaches a payment that came before its purchase, once, and takes it out of suspense', async () => {
    const { communities, partners } = await simulate(tributary, {
      members: 5,
      purchases: 0,
      seed: 4,
      until: '2026-06-01T00:00:00.000Z',
    })
    const [community] = communities
    const partner = partners.find(({ family }) => community?.plan.interests.includes(family))
    if (community === undefined || partner === undefined) throw new Error('Nobody to sell to.')
    const purchaseId = newId('purchase')
    const at = '2026-05-30T00:00:00.000Z'
    const { currency } = community.plan
    const stated = await tributary.stating.payment(
      { source: { system: 'bank', id: '1' }, purchase: { id: purchaseId, reference: null }, currency, at },
      {
        captureId: 'c',
        provider: 'stripe',
        account: 'main',
        transactionId: 't',
        method: 'card',
        instalments: null,
        amount: 700,
      },
      {
        commandId: newId('command'),
        correlationId: newId('correlation'),
        causationId: null,
        actor: { kind: 'SYSTEM', id: 'test', onBehalfOf: null },
        occurredAt: null,
        traceparent: null,
      },
    )
    expect(stated).toMatchObject({ kind: 'PARKED', why: 'NO_SUCH_PURCHASE' })
    await react(tributary)
    await createCommander(tributary, 'test').run(
      tributary.model.purchase,
      purchaseId,
      {
        type: 'RecordPurchase',
        purchaseId,
        source: { system: 'shop', id: '1' },
        communityId: community.id,
        personId: community.ownerId,
        currency,
        lines: [
          {
            kind: 'GOODS',
            partnerId: partner.id,
            offer: null,
            category: null,
            quantity: 1,
            listPrice: 700,
            discounts: [],
            tax: null,
            amount: 700,
          },
        ],
        payments: [],
        pickupPointId: null,
        occurredAt: at,
      },
      'sale',
    )
    await react(tributary)
    await react(tributary)
    const events = await tributary.store.readStream(`purchase-${purchaseId}`)
    expect(events.map(({ type }) => type)).toEqual(['PurchasePlaced', 'PaymentCaptured'])
    const factId = stated.kind === 'PARKED' ? stated.factId : ''
    const fact = await tributary.store.readStream(`intake-${factId}`)
    expect(fact.map(({ type }) => type)).toEqual(['FactParked', 'FactClaimed', 'FactResolved'])
  })
})
