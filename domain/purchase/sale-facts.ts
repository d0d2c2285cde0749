/** What placing and recording freeze alike: who is credited, whose pickup point, which day it is. */

import { attribute } from '../attribution.ts'
import { businessDate } from '../business-date.ts'
import { Rejection } from '../decider.ts'
import { largestAmount } from '../events/shapes.ts'
import { bindingAt } from '../membership/state.ts'
import type { Surroundings } from './gather.ts'

/** Parties beside the line's partner, and whom the purchase is credited to. */
export const creditedFor = (around: Surroundings, buyerId: string, at: string) => {
  const bound = bindingAt(around.membership, at)
  return attribute({
    policy: around.community.attribution,
    touches: around.touches,
    buyerId,
    at,
    binding:
      bound === null ? null : { inviterId: bound.inviterId, since: bound.from, shareId: bound.shareId },
    inviterOf: (sharerId) => around.inviters.get(sharerId) ?? null,
  })
}

export const leaderOf = (
  around: Surroundings,
  pickupPointId: string | null,
  object: (message: string) => void,
): string | null => {
  if (pickupPointId === null) return null
  const point = around.community.pickupPoints.find(({ id }) => id === pickupPointId)
  if (point === undefined || !point.open) object('There is no such open pickup point in this community.')
  return point?.leaderId ?? null
}

export const guarded = (total: number): number => {
  if (total > largestAmount)
    throw new Rejection(
      'AMOUNT_OUT_OF_RANGE',
      `The total is beyond ${largestAmount} minor units. Check the unit, or state it in parts.`,
      ['lines'],
    )
  return total
}

export const saleFacts = (
  around: Surroundings,
  purchaseId: string,
  communityId: string,
  personId: string,
  at: string,
) => {
  const { founded } = around.community
  if (founded === null) throw new Rejection('NOT_FOUND', 'There is no such community.', ['communityId'])
  return {
    purchaseId,
    communityId,
    personId,
    membershipId: around.membership.active ? (around.membership.ref?.membershipId ?? null) : null,
    segments: [...around.segments],
    currency: founded.currency,
    stage: around.membership.active ? around.membership.stage : null,
    placedAt: at,
    zone: founded.zone,
    businessDate: businessDate(at, founded.zone),
  }
}
