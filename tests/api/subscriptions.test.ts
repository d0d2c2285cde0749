/** Streams over server-sent events: nothing is left out, and they end where the right to listen does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRecord } from '../../api/graphql/input-value.ts'
import { newId } from '../../platform/ids.ts'
import { done, type Ecosystem, makeCommunity, makeEcosystem, saleOf, textAt } from './support/ecosystem.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let all: Ecosystem
beforeAll(async () => {
  world = await createWorld({ limits: { subscriptions: { perSubject: 2, inAll: 100, recheckMs: 50 } } })
  all = await makeEcosystem(world)
})
afterAll(() => world[Symbol.asyncDispose]())

interface Item {
  readonly data?: unknown
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[]
}

const isItem = (value: unknown): value is Item => isRecord(value)

/** Items of a stream as they come; ends with it. */
const listen = async function* (text: string, token: string, signal?: AbortSignal) {
  const response = await fetch(`${world.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query: text }),
    ...(signal === undefined ? {} : { signal }),
  })
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true })
    const events = rest.split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const data = event.split('\n').find((line) => line.startsWith('data: '))
      const item: unknown = data === undefined ? undefined : JSON.parse(data.slice(6))
      if (isItem(item)) yield item
    }
  }
}

const text = (args = '') => `subscription { activity${args} { type subjectId position } }`
const typeOf = (item: Item | undefined) => textAt(item?.data, 'activity', 'type')
const openStreams = async () => {
  const metrics = await (await fetch(`${world.url}/metrics`)).text()
  return Number(/^tributary_subscriptions_open (\d+)$/m.exec(metrics)?.[1])
}

const next = async (stream: AsyncGenerator<Item>): Promise<Item> => {
  const { value, done: ended } = await stream.next()
  if (ended === true || value === undefined) throw new TypeError('The stream has ended.')
  return value
}

describe('activity', () => {
  it('goes on after a position, in order, with nothing left out', async () => {
    const feed = '{ activity(first: 100, newestFirst: false) { nodes { type position } } }'
    const { data } = (await world.ask(feed, {}, all.owner)).body
    const activity = isRecord(data) ? data.activity : undefined
    const nodes: unknown[] = isRecord(activity) && Array.isArray(activity.nodes) ? activity.nodes : []
    expect(nodes.length).toBeGreaterThan(3)
    const stream = listen(text(`(after: "${textAt(nodes[0], 'position')}")`), all.owner)
    const heard: Item[] = []
    while (heard.length < nodes.length - 1) heard.push(await next(stream))
    expect(heard.map((item) => textAt(item.data, 'activity', 'position'))).toEqual(
      nodes.slice(1).map((node) => textAt(node, 'position')),
    )
    const sale = await done(world, all.service, 'recordPurchase', saleOf(all), 'purchaseId')
    const last = await next(stream)
    expect(last.data).toMatchObject({
      activity: { type: 'PurchasePlaced', subjectId: sale.fields.purchaseId },
    })
    await stream.return(undefined)
  })

  it('of another organisation is not heard', async () => {
    const foreign = await makeCommunity(world, all.operator, 'Runners')
    const stream = listen(text(), foreign.owner)
    const first = next(stream)
    await done(world, all.service, 'recordPurchase', saleOf(all))
    const described = { communityId: foreign.communityId, positioning: 'Run', culture: '' }
    await done(world, foreign.owner, 'describeCommunity', described)
    expect(typeOf(await first)).toBe('CommunityDescribed')
    await stream.return(undefined)
  })

  it('ends, and says why, once the role is taken back', async () => {
    const subject = newId('person')
    const token = await world.signIn('AUDITOR', null, subject)
    const stream = listen(text('(types: ["CategoryDefined"])'), token)
    const ended = next(stream)
    await done(world, all.operator, 'revokeRole', { subject, role: 'AUDITOR', reason: 'left' })
    expect((await ended).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    expect((await stream.next()).done).toBe(true)
  })

  it('ends when the token does', async () => {
    const subject = newId('person')
    await world.signIn('AUDITOR', null, subject)
    // Five seconds of tolerance for clocks that differ are on top of it.
    const token = await world.localIssuer.issueToken(subject, -3)
    const stream = listen(text('(types: ["CategoryDefined"])'), token)
    expect((await next(stream)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
  })

  it('is not opened without the right to', async () => {
    const stream = listen(text(), await world.localIssuer.issueToken(newId('person'), 60))
    expect((await next(stream)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })

  it('is opened so often for one subject, and is counted out when the client goes away', async () => {
    const token = await world.signIn('AUDITOR')
    const leaving = new AbortController()
    const before = await openStreams()
    const held = [listen(text(), token, leaving.signal), listen(text(), token, leaving.signal)]
    const waiting = held.map((stream) => next(stream).catch(() => undefined))
    await expect.poll(openStreams).toBe(before + 2)
    const refused = await fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query: text() }),
    })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    await refused.body?.cancel()
    const third = listen(text(), token)
    expect((await next(third)).errors).toMatchObject([{ extensions: { code: 'THROTTLED' } }])
    leaving.abort()
    await Promise.all(waiting)
    await expect.poll(openStreams).toBe(before)
  })
})

it('viewsAdvanced tells where the views are, and whenever they come further', async () => {
  const stream = listen('subscription { viewsAdvanced { position complete } }', all.owner)
  const before = textAt((await next(stream)).data, 'viewsAdvanced', 'position')
  await done(world, all.service, 'recordPurchase', saleOf(all))
  expect(textAt((await next(stream)).data, 'viewsAdvanced', 'position')).not.toBe(before)
  await stream.return(undefined)
})

it('streams end when the API is closed', async () => {
  await using other = await createWorld()
  const token = await other.signIn('AUDITOR')
  const response = await fetch(`${other.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query: text() }),
  })
  const rest = response.text()
  await other.api.close()
  expect(await rest).toMatch(/event: complete/)
})
