/**
 * Child: a client of 64 keep-alive connections. `sell PORT FROM COUNT WAIT SALES` sends stated sales, of those
 * named so, and answers how long it took, with WAIT until the views have seen the last; `ask PORT PORT COUNT` asks two servers in turn.
 */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { inParallel } from '../../app/commander.ts'
import { answerQuestions } from './child.ts'
import { percentile99 } from './figure.ts'

const [salesFile = '', token = '', otherToken = token] = process.argv.slice(2)
const sales: Readonly<Record<string, readonly object[]>> =
  salesFile === '' ? {} : JSON.parse(readFileSync(salesFile, 'utf8'))
const width = 64
const agent = new Agent({ keepAlive: true, maxSockets: width })

const post = (port: number, body: string, bearer = token): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: '127.0.0.1',
        path: '/graphql',
        method: 'POST',
        agent,
        headers: {
          authorization: `Bearer ${bearer}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve(Buffer.concat(chunks).toString()))
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })

const mutation =
  'mutation ($input: RecordPurchaseInput!) { recordPurchase(input: $input) { purchaseId position replayed userErrors { code message } } }'

const lastOf = (answers: readonly string[]): string => {
  const positions = answers.map((answer) => String(JSON.parse(answer).data.recordPurchase.position))
  const at = (position: string) => BigInt(JSON.parse(Buffer.from(position, 'base64url').toString())[1])
  return positions.reduce((last, position) => (at(position) > at(last) ? position : last))
}

/** Until every view that the sale counts in has seen the position. */
const caughtUp = async (port: number, position: string): Promise<void> => {
  const fields = ['servingMatrix', 'revenueSplit', 'purchases', 'journal', 'activity']
  for (const field of fields) {
    const body = JSON.stringify({
      query: `{ ${field}(first: 1, minPosition: "${position}") { readAt { lagMs } } }`,
    })
    while ((await post(port, body)).includes('LAGGING'));
  }
}

const sell = async (port: number, from: number, count: number, waits: boolean, name: string) => {
  const inputs = sales[name] ?? []
  const answers: string[] = []
  const numbers = Array.from({ length: count }, (_, i) => from + i)
  const start = performance.now()
  await inParallel(numbers, width, async (number) => {
    const input = { ...inputs[number % inputs.length], key: { idempotencyKey: `${name}-${number}` } }
    answers.push(await post(port, JSON.stringify({ query: mutation, variables: { input } })))
  })
  const refused = answers.find((answer) => !answer.includes('"userErrors":[]'))
  if (refused !== undefined) throw new Error(refused)
  if (waits) await caughtUp(port, lastOf(answers))
  return { requests: count, milliseconds: performance.now() - start }
}

const questions = [
  '{ servingMatrix(first: 50, segment: "ALL", category: "ALL") { nodes { partnerId buyers purchases gross { decimal } } } }',
  '{ revenueSplit(first: 50, groupBy: [ROLE]) { nodes { role gross { decimal } net { decimal } } } }',
].map((query) => JSON.stringify({ query }))

const ask = async (small: number, large: number, count: number) => {
  const times = new Map<number, number[]>([
    [small, []],
    [large, []],
  ])
  for (let n = 0; n < count; n++) {
    for (const [port, each] of times) {
      const start = performance.now()
      const answer = await post(
        port,
        questions[n % questions.length] ?? '',
        port === large ? otherToken : token,
      )
      each.push(performance.now() - start)
      if (answer.includes('"errors"')) throw new Error(answer)
    }
  }
  return { small: percentile99(times.get(small) ?? []), large: percentile99(times.get(large) ?? []) }
}

answerQuestions(
  async (question) => {
    const [what, ...numbers] = question.split(' ')
    const [first = 0, second = 0, third = 0, fourth = 0] = numbers.map(Number)
    return what === 'sell'
      ? sell(first, second, third, fourth === 1, numbers[4] ?? '')
      : ask(first, second, third)
  },
  async () => agent.destroy(),
)
