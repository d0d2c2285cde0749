/** One trace from a request to the views, through a server in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createLocalIssuer } from '../../api/auth/issuer.ts'
import { subjectWithRole } from '../../app/people-of-roles.ts'
import { openTributary } from '../../app/tributary.ts'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'
import { withParent } from '../support/with-parent.ts'
import { freshFolder, scriptPath } from './run-script.ts'

const started = z.object({ url: z.string() })

const startServer = async (folder: string, environment: Readonly<Record<string, string>>) => {
  const child: ChildProcess = spawn(
    process.execPath,
    [...withParent, scriptPath('start'), '--empty', '--port', '0', '--json', '--data', folder],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...environment } },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  if (child.stdout === null) throw new Error('The server has no output.')
  for await (const line of createInterface({ input: child.stdout }))
    return { child, url: started.parse(JSON.parse(line)).url }
  throw new Error('The server ended before it listened.')
}

/** A token of an operator. */
const signIn = async (folder: string): Promise<string> => {
  const tributary = await openTributary({ folder })
  const subject = await subjectWithRole(tributary, 'OPERATOR', null)
  const issuer = await createLocalIssuer(tributary.signingKey, tributary.deployment.id, tributary.clock)
  const token = await issuer.issueToken(subject, 3_600)
  await tributary.close()
  return token
}

const mutation = `mutation Define($input: DefineCategoryInput!) {
  defineCategory(input: $input) { position userErrors { code } }
}`

const define = async (url: string, token: string, code: string, traceparent: string | null) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(traceparent === null ? {} : { traceparent }),
    },
    body: JSON.stringify({
      query: mutation,
      variables: { input: { code, names: [{ language: 'en', text: 'Secret words' }] } },
    }),
  })
  expect(await response.json()).toMatchObject({ data: { defineCategory: { userErrors: [] } } })
}

/** What the event that defined a category says of its trace. */
const traceparentOf = async (folder: string, code: string): Promise<string | null> => {
  const tributary = await openTributary({ folder })
  const [stored] = await tributary.store.readStream(`category-${code}`)
  const traceparent = stored === undefined ? null : tributary.codec.metadata(stored).traceparent
  await tributary.close()
  return traceparent
}

const stop = async (child: ChildProcess): Promise<void> => {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
}

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

it('a request, its command, its append and its projection are one trace, whose id every event carries', async () => {
  await using receiver = await startOtlpReceiver()
  const folder = freshFolder()
  const token = await signIn(folder)
  const { child, url } = await startServer(folder, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '50',
  })
  await define(url, token, 'toys', `00-${traceId}-00f067aa0ba902b7-01`)
  const spans = await receiver.spansOf(traceId, [
    'POST /graphql',
    'DefineCategory',
    'append category',
    'project events',
  ])
  const named = new Map(spans.map((span) => [span.name, span]))
  const [request, command] = [named.get('POST /graphql'), named.get('DefineCategory')]
  expect(request).toMatchObject({
    parentSpanId: '00f067aa0ba902b7',
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
      'graphql.operation.name': 'Define',
      'graphql.operation.type': 'mutation',
    },
  })
  expect(command).toMatchObject({
    parentSpanId: request?.spanId,
    attributes: { 'tributary.outcome': 'DONE', 'tributary.stream': 'category-toys', 'tributary.events': 1 },
  })
  expect(named.get('append category')).toMatchObject({
    parentSpanId: command?.spanId,
    attributes: { 'db.system.name': 'sqlite', 'db.operation.batch.size': 1 },
  })
  // Folded in a thread of its own, which knows the trace from the event alone.
  expect(named.get('project events')?.parentSpanId).toBe(command?.spanId)

  // Whoever samples decides for all that follows: this one is not.
  await define(url, token, 'books', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00')
  // What waits is sent before the process ends.
  await define(url, token, 'music', null)
  await stop(child)

  expect(await traceparentOf(folder, 'toys')).toBe(`00-${traceId}-${command?.spanId}-01`)
  expect(await traceparentOf(folder, 'books')).toMatch(
    /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/,
  )
  const own = await traceparentOf(folder, 'music')
  expect(own).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  expect(
    receiver.spans.filter(({ traceId: of }) => of === own?.slice(3, 35)).map(({ name }) => name),
  ).toEqual(expect.arrayContaining(['POST /graphql', 'DefineCategory', 'append category']))
  expect(receiver.spans.filter(({ traceId: of }) => of.startsWith('0af7651916cd'))).toEqual([])
  const sent = receiver.texts.join('\n')
  expect(sent).toContain('tributary')
  for (const secret of [token, 'Secret words']) expect(sent).not.toContain(secret)
})

it('without a collector the trace of a request goes into its events as it came, and nothing is sent', async () => {
  const folder = freshFolder()
  const token = await signIn(folder)
  const { child, url } = await startServer(folder, { OTEL_EXPORTER_OTLP_ENDPOINT: '' })
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
  await define(url, token, 'toys', traceparent)
  await define(url, token, 'books', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`)
  await stop(child)
  expect(await traceparentOf(folder, 'toys')).toBe(traceparent)
  expect(await traceparentOf(folder, 'books')).toBeNull()
})
