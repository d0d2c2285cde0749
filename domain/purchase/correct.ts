/** Crediting another sharer than first thought: legs are computed anew, under the terms frozen at the sale. */
import { Rejection } from '../decider.ts'
import type { PurchaseEvent } from '../events/purchases.ts'
import type { Attribution, Leg, SaleLine } from '../events/sale.ts'
import type { CommandOf } from './commands.ts'
import { dimensionsOf, effectAt, openSale } from './payments.ts'
import type { PurchaseState } from './state.ts'

/** Splits a frozen line anew with other people credited; null where its terms cannot be found any more. */
export type Resplit = (line: SaleLine, credited: Attribution['credited']) => readonly Leg[] | null

export interface Correction {
  readonly credited: Attribution['credited']
  readonly resplit: Resplit
}

export const correctAttribution = (
  state: PurchaseState,
  command: CommandOf<'CorrectAttribution'>,
  { credited, resplit }: Correction,
): readonly PurchaseEvent[] => {
  const sale = openSale(state)
  if (!state.recognised || state.recognisedOn === null)
    throw new Rejection('WRONG_STATE', 'The purchase is not in the books yet.')
  if (command.sharerId === sale.personId) {
    throw new Rejection('OWN_CHAIN', 'A buyer is never credited for their own purchase.', ['sharerId'])
  }
  if (state.lines.some(({ refunded, disputed }) => refunded > 0 || disputed > 0)) {
    throw new Rejection('WRONG_STATE', 'Part of the purchase was taken back: its attribution stays as it is.')
  }
  if (sale.attribution.levels === 0) throw new Rejection('NOT_ALLOWED', 'The community pays no sharers.')
  const now = sale.attribution.credited
  if (now.length === credited.length && now.every(({ sharerId }, i) => sharerId === credited[i]?.sharerId))
    return []
  const lines = state.lines.flatMap(({ line, legs }) => {
    const after = resplit(line, credited)
    if (after === null) return []
    return [
      {
        line: line.line,
        kind: line.kind,
        partnerId: line.partnerId,
        category: line.category,
        before: [...legs],
        after: [...after],
      },
    ]
  })
  if (lines.length === 0)
    throw new Rejection('NO_TERMS', 'No line of this purchase has terms to split it under.')
  const attribution: Attribution = {
    ...sale.attribution,
    credited: [...credited],
    reason: credited.length === 0 ? 'NOBODY' : sale.attribution.model,
  }
  return [
    {
      type: 'AttributionCorrected',
      data: {
        ...dimensionsOf(sale),
        ...effectAt(sale, command.at),
        reason: command.reason,
        attribution,
        formerSharers: now.map(({ sharerId }) => sharerId),
        total: sale.total,
        recognisedOn: state.recognisedOn,
        lines,
      },
    },
  ]
}
