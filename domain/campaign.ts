/** A paid or own campaign that touches may name, and what it cost. */
import { z } from 'zod'
import { type CommunityState, community, knownCommunity } from './community.ts'
import { type Decider, Rejection, unreachable } from './decider.ts'
import { eventTypes } from './events/define.ts'
import { type CampaignEvent, campaignEvents } from './events/traffic.ts'
import { same } from './same.ts'

export const campaignCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('OpenCampaign'), ...campaignEvents.CampaignOpened.data.shape }),
  z.strictObject({
    type: z.literal('RecordCampaignCost'),
    ...campaignEvents.CampaignCostRecorded.data.omit({ campaignId: true, communityId: true }).shape,
  }),
])
export type CampaignCommand = z.infer<typeof campaignCommand>

type DataOf<Type extends CampaignEvent['type']> = Extract<CampaignEvent, { type: Type }>['data']

export interface CampaignState {
  readonly opened: DataOf<'CampaignOpened'> | null
  readonly costs: readonly DataOf<'CampaignCostRecorded'>[]
}

const mostCosts = 10_000

const initial: CampaignState = { opened: null, costs: [] }

const evolve = (state: CampaignState, event: CampaignEvent): CampaignState => {
  switch (event.type) {
    case 'CampaignOpened':
      return { ...state, opened: event.data }
    case 'CampaignCostRecorded':
      return { ...state, costs: [...state.costs, event.data] }
    default:
      return unreachable(event)
  }
}

const decide = (
  { opened, costs }: CampaignState,
  command: CampaignCommand,
  home: CommunityState | null,
): readonly CampaignEvent[] => {
  switch (command.type) {
    case 'OpenCampaign': {
      const { type: _, ...data } = command
      if (same(opened, data)) return []
      if (opened !== null)
        throw new Rejection('KEY_REUSED', 'A campaign with this id was opened otherwise.', ['campaignId'])
      if (data.endsAt !== null && data.endsAt <= data.startsAt)
        throw new Rejection('INVALID', 'A campaign ends after it starts.', ['endsAt'])
      knownCommunity(home ?? community.initial, ['communityId'])
      return [{ type: 'CampaignOpened', data }]
    }
    case 'RecordCampaignCost': {
      if (opened === null) throw new Rejection('NOT_FOUND', 'There is no such campaign. Open it first.')
      const { type: _, ...cost } = command
      const data = { campaignId: opened.campaignId, communityId: opened.communityId, ...cost }
      const recorded = costs.find(({ costId }) => costId === data.costId)
      if (same(recorded, data)) return []
      if (recorded !== undefined)
        throw new Rejection('KEY_REUSED', 'A cost with this id was recorded otherwise.', ['costId'])
      if (costs.length >= mostCosts)
        throw new Rejection('CONFLICT', `A campaign has at most ${mostCosts} costs. Open another one.`)
      return [{ type: 'CampaignCostRecorded', data }]
    }
    default:
      return unreachable(command)
  }
}

/** Stream `campaign-{campaign id}`. */
export const campaign: Decider<CampaignState, CampaignCommand, CampaignEvent, CommunityState | null> = {
  category: 'campaign',
  initial,
  evolve,
  types: eventTypes(campaignEvents),
  gather: async (command, read) =>
    command.type === 'OpenCampaign' ? read(community, command.communityId) : null,
  decide,
}
