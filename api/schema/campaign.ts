/** Campaigns: what touches may name, and what they cost. */
import { type CampaignState, campaignCommand } from '../../domain/campaign.ts'
import * as shape from '../../domain/events/shapes.ts'
import { directory } from '../../projections/views/directory.ts'
import { type CampaignDocument, campaigns } from '../../projections/views/directory-documents.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import { loadAfter } from '../graphql/load.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { definePayload } from '../graphql/outcome.ts'
import { TrafficSourceType } from './membership.ts'
import { NodeType } from './node.ts'

export const CampaignType = builder.objectRef<CampaignDocument>('Campaign').implement({
  description: 'A paid or own campaign of a community.',
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('campaign'),
    communityId: t.exposeID('community'),
    name: t.exposeString('name'),
    source: t.field({ type: TrafficSourceType, resolve: ({ source }) => source }),
    channel: t.exposeString('channel'),
    startsAt: t.field({ type: 'DateTime', resolve: ({ startsAt }) => startsAt }),
    endsAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ endsAt }) => endsAt }),
    costs: t.field({
      type: [MoneyType],
      description: 'What it cost so far, in each currency.',
      resolve: ({ costs }) => costs.map(({ amount, currency }) => moneyOf(amount, currency)),
    }),
  }),
})

const CampaignPayload = definePayload('CampaignPayload', (t) => ({
  campaign: t.field({
    type: CampaignType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, directory.name, campaigns, outcome),
  }),
}))

const mutation = mutationsOn({
  decider: (model) => model.campaign,
  commands: campaignCommand,
  payload: CampaignPayload,
})

mutation('openCampaign', 'OpenCampaign', 'Opens a campaign that touches may name.', {
  target: {
    kind: 'NEW',
    prefix: 'campaign',
    property: 'campaignId',
    within: ({ communityId }) => [String(communityId)],
  },
  owners: { by: 'COMMAND', of: ({ communityId }) => [communityId], path: 'communityId' },
  key: 'REQUIRED',
})
mutation('recordCampaignCost', 'RecordCampaignCost', 'States what the campaign cost.', {
  target: { kind: 'NAMED', input: 'campaignId', id: shape.campaignId, thing: 'campaign' },
  owners: { by: 'STATE', of: ({ opened }: CampaignState) => (opened === null ? [] : [opened.communityId]) },
  key: 'REQUIRED',
  filled: ['costId'],
  defaulted: ['at'],
  fill: ({ input, key, services, streamId, now }) => ({
    costId: services.derive('cost', streamId, ...(key?.parts ?? [])),
    ...(input.at == null ? { at: now } : {}),
  }),
})
