/** A small market in a data folder, and purchases recorded in it over HTTP by a process that runs the product. */
import { type ChildProcess, spawn } from 'node:child_process'
import { type Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { z } from 'zod'
import { createLocalIssuer } from '../../api/auth/issuer.ts'
import { subjectWithRole } from '../../app/people-of-roles.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { communityPlans } from '../../app/simulate/trades.ts'
import type { Tributary } from '../../app/tributary.ts'
import { scriptPath } from '../e2e/run-script.ts'
import { withParent } from '../support/with-parent.ts'

/** Who buys what of whom, and the token of a service that records it. */
export interface Market {
  readonly token: string
  readonly communityId: string
  readonly personId: string
  readonly partnerId: string
  readonly currency: string
}

/** Makes the market in an empty deployment. */
export const makeMarket = async (tributary: Tributary): Promise<Market> => {
  const { communities, partners } = await simulate(tributary, {
    members: 12,
    purchases: 0,
    seed: 9,
    until: '2026-06-01T00:00:00.000Z',
  })
  const [community] = communities
  const [plan] = communityPlans
  const partner = partners.find(({ family }) => plan?.interests.includes(family))
  if (community === undefined || plan === undefined || partner === undefined)
    throw new Error('Nobody to sell to.')
  const subject = await subjectWithRole(tributary, 'OPERATOR', null)
  const service = await subjectWithRole(tributary, 'SERVICE', null)
  expect(subject).not.toBe(service)
  const issuer = await createLocalIssuer(tributary.signingKey, tributary.deployment.id, tributary.clock)
  return {
    token: await issuer.issueToken(service, 3_600),
    communityId: community.id,
    personId: community.ownerId,
    partnerId: partner.id,
    currency: plan.currency,
  }
}

const started = z.object({ url: z.string() })

/** Runs the product on a data folder, once it listens. */
export const startProduct = async (
  data: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ child: ChildProcess; url: string }> => {
  const child = spawn(
    process.execPath,
    [...withParent, scriptPath('start'), '--empty', '--port', '0', '--json', '--data', data],
    { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] },
  )
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, url: started.parse(JSON.parse(line)).url }
  }
  throw new Error('The server ended before it listened.')
}

const mutation = `mutation ($input: RecordPurchaseInput!) {
  recordPurchase(input: $input) { purchaseId replayed userErrors { code message } }
}`

const error = z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })
const answer = z.object({
  errors: z.array(error).optional(),
  data: z
    .object({
      recordPurchase: z
        .object({
          purchaseId: z.string().nullable(),
          replayed: z.boolean(),
          userErrors: z.array(z.object({ code: z.string(), message: z.string() })),
        })
        .nullable(),
    })
    .nullish(),
})

const inputOf = (market: Market, key: string) => ({
  communityId: market.communityId,
  personId: market.personId,
  currency: market.currency,
  lines: [
    {
      kind: 'GOODS',
      partnerId: market.partnerId,
      quantity: 1,
      listPrice: '1999',
      amount: '1999',
    },
  ],
  payments: [],
  occurredAt: '2026-05-01T10:00:00.000Z',
  key: { idempotencyKey: key },
})

/** What clients are told to ask again for, with the same key. */
const retryable = ['UNAVAILABLE', 'OUTCOME_UNKNOWN', 'TIMEOUT']

/** @throws {Error} for an answer that is neither a purchase nor one of `retryable` */
const read = (text: string): string | null => {
  const { data, errors = [] } = answer.parse(JSON.parse(text))
  const codes = [
    ...errors.map(({ extensions }) => extensions.code),
    ...(data?.recordPurchase?.userErrors ?? []).map(({ code }) => code),
  ]
  if (codes.length > 0 && codes.every((code) => retryable.includes(code))) return null
  const id = data?.recordPurchase?.purchaseId
  if (codes.length > 0 || typeof id !== 'string') throw new Error(text)
  return id
}

/** The purchase's id once it is acknowledged; null where no answer came, or one to ask again. */
export const record = (url: string, market: Market, agent: Agent, key: string): Promise<string | null> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({ query: mutation, variables: { input: inputOf(market, key) } })
    const sent = request(
      `${url}/graphql`,
      {
        method: 'POST',
        agent,
        headers: { authorization: `Bearer ${market.token}`, 'content-type': 'application/json' },
      },
      (response) => {
        let text = ''
        response.on('data', (part) => {
          text += part
        })
        response.once('error', () => resolve(null))
        response.once('aborted', () => resolve(null))
        response.once('end', () => {
          try {
            resolve(read(text))
          } catch (error) {
            reject(error)
          }
        })
      },
    )
    sent.once('error', () => resolve(null))
    sent.end(body)
  })
