/** Loads what crediting another sharer looks at: who invited them, and the terms frozen on each line. */

import { community } from '../community.ts'
import { type Read, Rejection } from '../decider.ts'
import { type Derive, membershipIdOf, partnershipIdOf } from '../derive.ts'
import type { SaleLine } from '../events/sale.ts'
import { inviterAt, membershipSource } from '../membership/state.ts'
import { partnershipSource } from '../partnership.ts'
import { person } from '../person.ts'
import { splitLine } from '../split.ts'
import type { CommandOf } from './commands.ts'
import type { Correction } from './correct.ts'
import { purchaseSource } from './evolve.ts'

export const gatherCorrection = async (
  derive: Derive,
  command: CommandOf<'CorrectAttribution'>,
  read: Read,
): Promise<Correction> => {
  const { sale } = await read(purchaseSource, command.purchaseId)
  if (sale === null) throw new Rejection('NOT_FOUND', 'There is no such purchase.')
  const { communityId } = sale
  const sharerId = command.sharerId
  if (sharerId !== null && (await read(person, sharerId)).id === null) {
    throw new Rejection('NOT_FOUND', 'There is no such person.', ['sharerId'])
  }
  const inviter =
    sharerId === null || sale.attribution.levels < 2
      ? null
      : inviterAt(await read(membershipSource, membershipIdOf(derive, communityId, sharerId)), sale.placedAt)
  const inviterId = inviter === sale.personId || inviter === sharerId ? null : inviter
  const buyer = await read(person, sale.personId)
  const points = (await read(community, communityId)).pickupPoints
  const leaderId = points.find(({ id }) => id === sale.pickupPointId)?.leaderId ?? null
  const partnerships = new Map(
    await Promise.all(
      [...new Set(sale.lines.map(({ partnerId }) => partnerId))].map(
        async (id) => [id, await read(partnershipSource, partnershipIdOf(derive, id, communityId))] as const,
      ),
    ),
  )
  const rateOf = (line: SaleLine) => {
    const partnership = partnerships.get(line.partnerId)
    if (line.terms === null || partnership === undefined || line.kind === 'FREIGHT') return null
    const { category, version } = line.terms
    const stated = partnership.versions.find((each) => each.version === version)
    return stated?.terms.rates.find((rate) => rate.category === category) ?? null
  }
  return {
    credited: sharerId === null ? [] : [{ sharerId, inviterId, basisPoints: 10_000 }],
    resplit: (line, credited) => {
      const rate = rateOf(line)
      if (rate === null) return null
      const othersDiscount = line.discounts.reduce(
        (sum, { amount, bearer }) => (bearer === line.partnerId ? sum : sum + amount),
        0,
      )
      return splitLine(
        {
          amount: line.amount,
          othersDiscount,
          tax: line.tax?.amount ?? 0,
          rate,
          poolBasisPoints: line.poolBasisPoints,
        },
        {
          partnerId: line.partnerId,
          communityId,
          credited,
          leaderId,
          buyerId: buyer.guest ? null : sale.personId,
        },
      ).legs
    },
  }
}
