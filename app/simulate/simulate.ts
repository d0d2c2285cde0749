/**
 * Makes a whole ecosystem through the commands that anybody would use: communities, partners, terms, offers,
 * bundles, members, shares, touches, purchases, refunds. The same seed makes the same; run again, it changes nothing.
 */
import { createCommander } from '../commander.ts'
import { simulatorName } from './existing.ts'
import { composeBundles, publishOffers } from './offers.ts'
import {
  admitPartners,
  agreeOnTerms,
  foundCommunities,
  foundTaxonomy,
  planPartners,
} from './organisations.ts'
import { joinMembers, shareAndReach } from './people.ts'
import {
  idsOf,
  planCommunities,
  type Simulation,
  type SimulationOptions,
  type SimulationTarget,
} from './plan.ts'
import { sell } from './sales.ts'

/** One of each, to be given to demo people. */
export interface Simulated {
  readonly communities: Simulation['communities']
  readonly partners: Simulation['partners']
}

export const simulate = async (
  tributary: SimulationTarget,
  options: SimulationOptions,
): Promise<Simulated> => {
  const id = idsOf(tributary.derive, options.seed)
  const partnerCount = Math.max(16, Math.min(400, Math.round(Math.sqrt(options.members) * 1.5)))
  const simulation: Simulation = {
    tributary,
    commander: createCommander(tributary, simulatorName(options.seed)),
    options,
    id,
    communities: planCommunities(id),
    partners: planPartners(id, partnerCount),
  }
  await foundTaxonomy(simulation)
  await foundCommunities(simulation)
  await admitPartners(simulation)
  await agreeOnTerms(simulation)
  const offers = await publishOffers(simulation)
  const bundles = await composeBundles(simulation, offers)
  const members = await joinMembers(simulation)
  await shareAndReach(simulation, members, offers)
  await sell(simulation, members, offers, bundles)
  return { communities: simulation.communities, partners: simulation.partners }
}
