/** `purchase.http` and `query.matrix`: what callers see, through HTTP with a signed token. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLocalIssuer } from '../../api/auth/issuer.ts'
import { subjectWithRole } from '../../app/people-of-roles.ts'
import { createRandom } from '../../app/simulate/random.ts'
import { openTributary } from '../../app/tributary.ts'
import type { CommandOf } from '../../domain/purchase/commands.ts'
import { type Answer, startChild, startLikeProduct } from './child.ts'
import { type Figure, median, type Round } from './figure.ts'
import { openMarket } from './market.ts'
import { filled } from './rebuild.ts'

const tokenFor = async (folder: string): Promise<string> => {
  const tributary = await openTributary({ folder })
  try {
    const subject = await subjectWithRole(tributary, 'SERVICE', null)
    const issuer = await createLocalIssuer(tributary.signingKey, tributary.deployment.id, tributary.clock)
    return await issuer.issueToken(subject, 86_400)
  } finally {
    await tributary.close()
  }
}

/** A command as a client would send it. */
const inputOf = ({
  communityId,
  personId,
  currency,
  lines,
  payments,
  occurredAt,
}: CommandOf<'RecordPurchase'>) => ({
  communityId,
  personId,
  currency,
  occurredAt,
  lines: lines.map(({ kind, partnerId, offer, category, quantity, listPrice, amount }) => ({
    kind,
    partnerId,
    offer,
    category,
    quantity,
    listPrice: String(listPrice),
    amount: String(amount),
  })),
  payments: payments.map(({ amount, ...payment }) => ({ ...payment, amount: String(amount) })),
})

/** The sale of one offer, to be paid: what a shop states, whose provider states the payment. */
const unpaid = (sale: CommandOf<'RecordPurchase'>): CommandOf<'RecordPurchase'> => ({
  ...sale,
  lines: sale.lines.filter(({ kind }) => kind === 'GOODS'),
  payments: [],
})

/** Writes sales that a client may send; where they are, and a token to send them with. */
const prepare = async (folder: string): Promise<{ readonly file: string; readonly token: string }> => {
  const tributary = await openTributary({ folder })
  const market = await openMarket(tributary)
  await tributary.close()
  const random = createRandom(7, 'http')
  const file = join(folder, 'sales.json')
  const sales = Array.from({ length: 2_000 }, (_, n) => market.sale(random, n))
  writeFileSync(
    file,
    JSON.stringify({ unpaid: sales.map((sale) => inputOf(unpaid(sale))), paid: sales.map(inputOf) }),
  )
  return { file, token: await tokenFor(folder) }
}

const perSecond = ({ requests = 0, milliseconds = 1 }: Answer): number => (requests / milliseconds) * 1_000

export const purchaseHttp: Figure = {
  name: 'purchase.http',
  atLeast: 0.25,
  measure: async ({ folder, sizes, say }) => {
    const data = join(folder, 'http')
    mkdirSync(data, { recursive: true })
    say('preparing a market')
    const { file, token } = await prepare(data)
    const server = startLikeProduct('./server.ts', data)
    const bare = startLikeProduct('./bare-server.ts')
    const client = startChild('./client.ts', file, token)
    const { port = 0 } = await server.ask('port')
    const { port: barePort = 0 } = await bare.ask('port')
    const rounds: Round[] = []
    const withPayment: number[] = []
    const sell = async (what: 'unpaid' | 'paid', round: number): Promise<Round> => {
      const from = round * sizes.purchases
      const ours = perSecond(await client.ask(`sell ${port} ${from} ${sizes.purchases} 1 ${what}`))
      const limit = perSecond(await client.ask(`sell ${barePort} ${from} ${sizes.purchases} 0 ${what}`))
      return { ours, limit, ratio: ours / limit }
    }
    for (let round = 0; round <= sizes.rounds; round++) {
      const sold = await sell('unpaid', round)
      const { ratio: paid } = await sell('paid', round)
      // The first round warms all up.
      if (round === 0) continue
      rounds.push(sold)
      withPayment.push(paid)
    }
    for (const child of [client, server, bare]) await child.end()
    return {
      name: purchaseHttp.name,
      atLeast: purchaseHttp.atLeast,
      ratio: median(rounds.map(({ ratio }) => ratio)),
      unit: 'requests/s',
      rounds,
      // Of sales of two lines, stated with their payment: two events each.
      notes: { connections: 64, withPayment: median(withPayment) },
    }
  },
}

const questions = { full: 1_000, quick: 200 } as const

export const queryMatrix: Figure = {
  name: 'query.matrix',
  atLeast: 0.8,
  measure: async (context) => {
    const { small, large, rounds: count } = context.sizes
    const folders = [await filled(context, 'small', small), await filled(context, 'large', large)] as const
    const token = await tokenFor(folders[0])
    const otherToken = await tokenFor(folders[1])
    const servers = folders.map((data) => startLikeProduct('./server.ts', data))
    const ports: number[] = []
    for (const server of servers) ports.push((await server.ask('port')).port ?? 0)
    const client = startChild('./client.ts', '', token, otherToken)
    const asked = context.sizes.large >= 1_000_000 ? questions.full : questions.quick
    const rounds: Round[] = []
    for (let round = 0; round <= count; round++) {
      const { small: ours = 0, large: limit = 1 } = await client.ask(`ask ${ports.join(' ')} ${asked}`)
      if (round > 0) rounds.push({ ours, limit, ratio: ours / limit })
    }
    for (const child of [client, ...servers]) await child.end()
    return {
      name: queryMatrix.name,
      atLeast: queryMatrix.atLeast,
      ratio: median(rounds.map(({ ratio }) => ratio)),
      unit: 'ms p99',
      rounds,
      notes: { small, large, questions: asked },
    }
  },
}
