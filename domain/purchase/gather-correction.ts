/** Loads what crediting another sharer looks at: who invited them, and the terms frozen on each line. */

import { Rejection } from '../decider.ts'
import { type Derive, membershipIdOf, partnershipIdOf } from '../derive.ts'
import type { SaleLine } from '../events/sale.ts'
import type { Role } from '../events/shapes.ts'
import type { Look } from '../look.ts'
import { inviterAt, membershipSource } from '../membership/state.ts'
import { partnershipSource } from '../partnership.ts'
import { person } from '../person.ts'
import { splitLine } from '../split.ts'
import type { CommandOf } from './commands.ts'
import type { Correction } from './correct.ts'
import { purchaseSource } from './evolve.ts'

/** Who had a role on a line when it was sold; null: nobody, or the terms knew no such role. */
const partyOf = ({ legs }: SaleLine, role: Role): string | null =>
  legs.find((leg) => leg.role === role)?.party ?? null

export const gatherCorrection = (
  derive: Derive,
  command: CommandOf<'CorrectAttribution'>,
  look: Look,
): Correction => {
  const { sale } = look(purchaseSource, command.purchaseId)
  if (sale === null) throw new Rejection('NOT_FOUND', 'There is no such purchase.')
  const { communityId } = sale
  const sharerId = command.sharerId
  if (sharerId !== null && look(person, sharerId).id === null) {
    throw new Rejection('NOT_FOUND', 'There is no such person.', ['sharerId'])
  }
  const inviter =
    sharerId === null || sale.attribution.levels < 2
      ? null
      : inviterAt(look(membershipSource, membershipIdOf(derive, communityId, sharerId)), sale.placedAt)
  const inviterId = inviter === sale.personId || inviter === sharerId ? null : inviter
  const partnerships = new Map(
    [...new Set(sale.lines.map(({ partnerId }) => partnerId))].map(
      (id) => [id, look(partnershipSource, partnershipIdOf(derive, id, communityId))] as const,
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
          // As at the sale: a guest may have become known since, and a pickup point may have opened.
          leaderId: partyOf(line, 'LEADER'),
          buyerId: partyOf(line, 'BUYER'),
        },
      ).legs
    },
  }
}
