/** Asks the running server for the matrix, the split and the books of an import, page by page, as an auditor would. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createLocalIssuer } from '../../api/auth/issuer.ts'
import { defaultLimits } from '../../api/services.ts'
import { subjectWithRole } from '../../app/people-of-roles.ts'
import { type RunningServer, startServer } from '../../app/server.ts'
import { readConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { olistFolder } from './data-folder.ts'
import type { Imported } from './imported.ts'
import type { Cell, Share } from './recompute.ts'
import { differences } from './views.ts'

const money = z.object({ minor: z.string().or(z.int()) })
const minorOf = ({ minor }: z.infer<typeof money>): number => Number(minor)

const matrixPage = z.object({
  servingMatrix: z.object({
    nodes: z.array(
      z.object({
        partnerId: z.string(),
        communityId: z.string(),
        segment: z.string(),
        purchases: z.int(),
        buyers: z.int(),
        units: z.int(),
        gross: money,
        refunds: money,
      }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
})

const splitPage = z.object({
  revenueSplit: z.object({
    nodes: z.array(
      z.object({
        partnerId: z.string(),
        communityId: z.string(),
        role: z.string(),
        gross: money,
        reversed: money,
      }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
})

const trial = z.object({
  trialBalance: z.object({
    balanced: z.boolean(),
    rows: z.array(z.object({ kind: z.string(), balance: money })),
  }),
})

const matrixQuery = `query ($segment: String, $after: String) {
  servingMatrix(segment: $segment, category: "ALL", offers: false, first: 100, after: $after) {
    nodes { partnerId communityId segment purchases buyers units gross { minor } refunds { minor } }
    pageInfo { hasNextPage endCursor }
  }
}`

const splitQuery = `query ($after: String) {
  revenueSplit(groupBy: [COMMUNITY, PARTNER, ROLE], first: 100, after: $after) {
    nodes { partnerId communityId role gross { minor } reversed { minor } }
    pageInfo { hasNextPage endCursor }
  }
}`

const longest = 1_200_000

const answer = z.object({ data: z.unknown(), errors: z.array(z.unknown()).optional() })

/** Of all time, over all segments: `seller|community|role`. */
const byRole = (shares: ReadonlyMap<string, Share>): Map<string, Share> => {
  const found = new Map<string, Share>()
  for (const [key, share] of shares) {
    const [seller, community, segment, month, role] = key.split('|')
    if (segment !== 'ALL' || month !== 'ALL' || share.gross === 0) continue
    found.set(`${seller}|${community}|${role}`, share)
  }
  return found
}

export const testGraphql = (imported: () => Imported): void => {
  let server: RunningServer | null = null
  let token = ''

  const ask = async <Data>(shape: z.ZodType<Data>, query: string, variables: object): Promise<Data> => {
    const response = await fetch(`${server?.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    })
    const { data, errors } = answer.parse(await response.json())
    if (errors !== undefined) throw new Error(JSON.stringify(errors))
    return shape.parse(data)
  }

  describe('over GraphQL', () => {
    beforeAll(async () => {
      if (olistFolder === null) return
      const { tributary } = imported()
      const limits = { ...defaultLimits, bucket: { points: 1e9, perSecond: 1e9 } }
      const log = createLogger({ level: 'error' })
      const subject = await subjectWithRole(tributary, 'AUDITOR', null)
      server = await startServer(tributary, readConfig({}, { port: '0' }), log, limits)
      // The reactors have the whole import before them: what is asked is not how fast they let others through.
      const head = (await tributary.store.head()) ?? ''
      if (!(await server.worker?.waitFor(head, longest)))
        throw new Error('The reactors did not come to the head.')
      const issuer = await createLocalIssuer(tributary.signingKey, tributary.deployment.id, tributary.clock)
      token = await issuer.issueToken(subject, 3_600)
    }, longest)

    afterAll(() => server?.close(), longest)

    it('the serving matrix answers every cell of partner × community × segment as the files have it', async () => {
      const { nameOf, expected } = imported()
      const found = new Map<string, Cell>()
      for (const segment of ['ALL', null]) {
        for (let after: string | null = null, more = true; more; ) {
          const page: z.infer<typeof matrixPage> = await ask(matrixPage, matrixQuery, { segment, after })
          const { servingMatrix } = page
          for (const node of servingMatrix.nodes) {
            const { partnerId, communityId, purchases, buyers, units, gross, refunds } = node
            const place = [partnerId, communityId, node.segment].map(nameOf).join('|')
            const figures = { gross: minorOf(gross), refunds: minorOf(refunds) }
            found.set(`${place}|ALL|ALL`, { purchases, buyers, units, ...figures })
          }
          after = servingMatrix.pageInfo.endCursor
          more = servingMatrix.pageInfo.hasNextPage
        }
      }
      const wanted = new Map([...expected.cells].filter(([key]) => key.endsWith('|ALL|ALL')))
      expect(differences(found, wanted)).toEqual([])
    }, 600_000)

    it('the revenue split answers every share of partner × community × role as the files have it', async () => {
      const { nameOf, expected } = imported()
      const found = new Map<string, Share>()
      for (let after: string | null = null, more = true; more; ) {
        const page: z.infer<typeof splitPage> = await ask(splitPage, splitQuery, { after })
        const { revenueSplit } = page
        for (const { partnerId, communityId, role, gross, reversed } of revenueSplit.nodes) {
          const key = `${nameOf(partnerId)}|${nameOf(communityId)}|${role}`
          found.set(key, { gross: minorOf(gross), reversed: minorOf(reversed) })
        }
        after = revenueSplit.pageInfo.endCursor
        more = revenueSplit.pageInfo.hasNextPage
      }
      const wanted = byRole(expected.shares)
      for (const [key, { gross }] of found) if (gross === 0) found.delete(key)
      expect(differences(found, wanted)).toEqual([])
    }, 600_000)

    it('the books balance', async () => {
      const { trialBalance } = await ask(
        trial,
        '{ trialBalance { balanced rows { kind balance { minor } } } }',
        {},
      )
      expect(trialBalance.balanced).toBe(true)
      const rows = trialBalance.rows.map(({ kind, balance }) => [kind, minorOf(balance)])
      expect(Object.fromEntries(rows)).toMatchObject({ CLEARING: 1_590_084_591, SUSPENSE: -16_259_195 })
    }, 600_000)
  })
}
