/**
 * Stating facts about purchases that may not be there yet (design section 3, Asking and stating): what cannot be
 * attached is parked in the intake with its reason, and attached later. Never dropped, never invented.
 */

import { businessDate } from '../domain/business-date.ts'
import type { CurrencyCode } from '../domain/currency.ts'
import { Rejection, type RejectionCode } from '../domain/decider.ts'
import type { Derive } from '../domain/derive.ts'
import type { ParkedFact, parkingReasons } from '../domain/events/purchases.ts'
import type { IntakeState } from '../domain/intake.ts'
import type { Model } from '../domain/model.ts'
import type { CommandOf, PurchaseCommand } from '../domain/purchase/commands.ts'
import type { PurchaseState } from '../domain/purchase/state.ts'
import type { Clock } from '../platform/clock.ts'
import { newId } from '../platform/ids.ts'
import type { CommandMeta, Executed } from './command.ts'
import type { CommandHandler } from './handler.ts'

type Why = (typeof parkingReasons)[number]

/** Which purchase a fact is about: its id, or the number that its source gives it. */
export interface PurchaseReference {
  readonly id: string | null
  readonly reference: string | null
}

export interface StatedFact {
  readonly source: { readonly system: string; readonly id: string }
  readonly purchase: PurchaseReference
  readonly currency: CurrencyCode
  readonly at: string
}

export type Stated =
  | { readonly kind: 'ATTACHED'; readonly executed: Executed<PurchaseState> }
  | {
      readonly kind: 'PARKED'
      readonly factId: string
      readonly why: Why
      readonly executed: Executed<IntakeState>
    }

export interface Stating {
  /** A payment that a provider took. Without a purchase, or past its books, it is parked. */
  payment(
    fact: StatedFact,
    payment: Omit<CommandOf<'RecordPayment'>, 'type' | 'currency' | 'at'>,
    meta: CommandMeta,
  ): Promise<Stated>
  /** A refund that happened elsewhere. `clearing` says where the money left, should it be parked. */
  refund(
    fact: StatedFact,
    refund: Omit<CommandOf<'RecordRefund'>, 'type' | 'source' | 'at'>,
    clearing: { readonly provider: string; readonly account: string; readonly amount: number },
    meta: CommandMeta,
  ): Promise<Stated>
  /** Anything else that cannot be taken: a row of an import, say. */
  park(fact: StatedFact, parked: ParkedFact, why: Why, detail: string, meta: CommandMeta): Promise<Stated>
  /**
   * Attaches a parked fact to a purchase; again after a crash, it finds what was done and goes on. Meanwhile the fact is
   * kept for this purchase, so that it is attached to one alone.
   * @throws {Rejection} where the purchase still refuses it, or another has it: the fact stays as it is
   */
  attach(
    factId: string,
    purchaseId: string,
    note: string,
    at: string,
    meta: CommandMeta,
  ): Promise<Executed<IntakeState>>
}

const whyOf = (kind: ParkedFact['kind'], code: RejectionCode): Why | null => {
  switch (code) {
    case 'NOT_FOUND':
      return 'NO_SUCH_PURCHASE'
    case 'REFUND_EXCEEDS_PAID':
      return kind === 'DISPUTE' ? 'MORE_THAN_DISPUTABLE' : 'MORE_THAN_PAID'
    case 'CURRENCY_MISMATCH':
      return 'WRONG_CURRENCY'
    case 'WRONG_STATE':
      return 'PURCHASE_CLOSED'
    default:
      return null
  }
}

/** For how long, in milliseconds, a fact is kept for the purchase that it is being attached to. */
const claimMs = 60_000

export interface StatingParts {
  readonly handler: CommandHandler
  readonly clock: Clock
  readonly model: Model
  readonly derive: Derive
  /** Business days of facts without a purchase are those of the ledger's zone (IANA). */
  readonly ledgerZone: string
}

export const createStating = ({ handler, clock, model, derive, ledgerZone }: StatingParts): Stating => {
  const factIdOf = ({ source }: StatedFact, kind: string) => derive('fact', kind, source.system, source.id)

  const park: Stating['park'] = async (fact, parked, why, detail, meta) => {
    const factId = factIdOf(fact, parked.kind)
    const { source, purchase, currency, at } = fact
    const executed = await handler.execute(
      model.intake,
      factId,
      {
        type: 'ParkFact',
        factId,
        currency,
        source,
        purchase,
        fact: parked,
        at,
        businessDate: businessDate(at, ledgerZone),
        why,
        detail,
      },
      { ...meta, commandId: `${meta.commandId}.park` },
    )
    return { kind: 'PARKED', factId, why, executed }
  }

  const attempt = async (
    fact: StatedFact,
    command: PurchaseCommand,
    parked: ParkedFact,
    meta: CommandMeta,
  ): Promise<Stated> => {
    const { id, reference } = fact.purchase
    if (id === null) {
      return park(fact, parked, 'NO_SUCH_PURCHASE', `No purchase is known as ${reference ?? 'that'}.`, meta)
    }
    try {
      return { kind: 'ATTACHED', executed: await handler.execute(model.purchase, id, command, meta) }
    } catch (error) {
      const why = error instanceof Rejection ? whyOf(parked.kind, error.code) : null
      if (!(error instanceof Rejection) || why === null) throw error
      return park(fact, parked, why, error.message, meta)
    }
  }

  const resolve = (factId: string, purchaseId: string, note: string, at: string, meta: CommandMeta) =>
    handler.execute(
      model.intake,
      factId,
      { type: 'ResolveFact', attachedTo: purchaseId, note, at, businessDate: businessDate(at, ledgerZone) },
      meta,
    )

  const instant = (milliseconds: number): string => new Date(milliseconds).toISOString()

  /** What was about to be attached elsewhere, and was: whoever did it ended before it said so. */
  const finishElsewhere = async (
    { claim, parked }: IntakeState,
    factId: string,
    purchaseId: string,
    meta: CommandMeta,
  ): Promise<void> => {
    const now = instant(clock.now())
    if (parked === null || claim === null || claim.purchaseId === purchaseId || claim.until > now) return
    const { state } = await handler.readFresh(model.purchase, claim.purchaseId)
    if (!holds(state, parked)) return
    await resolve(factId, claim.purchaseId, 'it had been attached before', now, {
      ...meta,
      commandId: derive('command', 'attached-before', factId, claim.purchaseId),
    })
    throw new Rejection('WRONG_STATE', `The fact was attached to ${claim.purchaseId} before.`, [], {
      attachedTo: claim.purchaseId,
    })
  }

  return {
    park,
    payment: (fact, payment, meta) =>
      attempt(
        fact,
        { type: 'RecordPayment', ...payment, currency: fact.currency, at: fact.at },
        { kind: 'PAYMENT', ...payment },
        meta,
      ),
    refund: (fact, refund, clearing, meta) =>
      attempt(
        fact,
        { type: 'RecordRefund', ...refund, source: fact.source, at: fact.at },
        { kind: 'REFUND', refundId: refund.refundId, ...clearing, reason: refund.reason },
        meta,
      ),
    attach: async (factId, purchaseId, note, at, meta) => {
      const { state } = await handler.readFresh(model.intake, factId)
      const { parked } = state
      if (parked === null) throw new Rejection('NOT_FOUND', 'There is no such parked fact.')
      if (state.status === 'PARKED') {
        const command = commandOf(parked)
        const given = {
          ...meta,
          commandId: derive('command', 'attach', factId, purchaseId),
          payload: { factId, purchaseId },
        }
        await finishElsewhere(state, factId, purchaseId, meta)
        // What the purchase refuses is not kept for it.
        await handler.rehearse(model.purchase, purchaseId, command, given)
        const now = clock.now()
        await handler.execute(
          model.intake,
          factId,
          { type: 'ClaimFact', purchaseId, at: instant(now), until: instant(now + claimMs) },
          { ...meta, commandId: newId('command') },
        )
        await handler.execute(model.purchase, purchaseId, command, given)
      }
      return resolve(factId, purchaseId, note, at, meta)
    },
  }
}

/** Whether the purchase has what was parked. */
const holds = (purchase: PurchaseState, { fact }: NonNullable<IntakeState['parked']>): boolean =>
  fact.kind === 'PAYMENT' && purchase.captures.some(({ captureId }) => captureId === fact.captureId)

/** What would have been stated to the purchase, had it been there. */
const commandOf = (parked: NonNullable<IntakeState['parked']>): PurchaseCommand => {
  const { fact, at, currency, source } = parked
  switch (fact.kind) {
    case 'PAYMENT': {
      const { kind: _, ...payment } = fact
      return { type: 'RecordPayment', ...payment, currency, at }
    }
    case 'REFUND':
      throw new Rejection(
        'INVALID',
        'A parked refund names no lines: record it on its purchase with lines, then dismiss the parked one.',
      )
    case 'DISPUTE':
      throw new Rejection('INVALID', 'Record the dispute on its purchase, then dismiss the parked one.')
    case 'ROW':
      throw new Rejection(
        'INVALID',
        `Row ${fact.row} of ${fact.file} is no fact of a purchase (${source.id}): dismiss it.`,
      )
  }
}
