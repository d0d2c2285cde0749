import { beforeEach, expect, it } from 'vitest'
import { at, givenCommunity, ids } from '../tests/support/ecosystem.ts'
import { idOf, refusal, World } from '../tests/support/world.ts'
import { type CampaignCommand, campaign } from './campaign.ts'

const campaignId = idOf('campaign')
const open: Extract<CampaignCommand, { type: 'OpenCampaign' }> = {
  type: 'OpenCampaign',
  campaignId,
  communityId: ids.community,
  name: 'Spring',
  source: 'COMMERCIAL',
  channel: 'ads',
  startsAt: at,
  endsAt: null,
}
const cost = { type: 'RecordCampaignCost', costId: 'invoice-1', amount: 5_000, currency: 'BRL', at } as const

let world: World
const asked = (command: CampaignCommand) => world.when(campaign, campaignId, command)
beforeEach(() => {
  world = givenCommunity(new World())
})

it('a campaign is opened once, in a community', async () => {
  await expect(asked({ ...open, communityId: idOf('community', 9) })).rejects.toMatchObject(
    refusal('NOT_FOUND', 'communityId'),
  )
  expect(await asked(open)).toHaveLength(1)
  expect(await asked(open)).toEqual([])
  await expect(asked({ ...open, name: 'Autumn' })).rejects.toMatchObject(refusal('KEY_REUSED', 'campaignId'))
})

it('it ends after it starts', async () => {
  await expect(asked({ ...open, endsAt: at })).rejects.toMatchObject(refusal('INVALID', 'endsAt'))
})

it('a cost of it is recorded once', async () => {
  await expect(asked(cost)).rejects.toMatchObject(refusal('NOT_FOUND'))
  await asked(open)
  expect(await asked(cost)).toMatchObject([{ data: { communityId: ids.community, amount: 5_000 } }])
  expect(await asked(cost)).toEqual([])
  await expect(asked({ ...cost, amount: 1 })).rejects.toMatchObject(refusal('KEY_REUSED', 'costId'))
})

it('it has ten thousand costs at most', async () => {
  await asked(open)
  const { type: _, ...data } = cost
  const costs = Array.from({ length: 10_000 }, (__, index) => ({
    type: 'CampaignCostRecorded' as const,
    data: { campaignId, communityId: ids.community, ...data, costId: `cost-${index}` },
  }))
  world.given(campaign, campaignId, ...costs)
  await expect(asked(cost)).rejects.toMatchObject(refusal('CONFLICT'))
})
