/** Parked facts. They belong to nothing known, so they are the platform's to see. */
import type { ParkedFact } from '../../domain/events/purchases.ts'
import type { DocumentReader } from '../documents.ts'
import { type FactDocument, type FactStatus, facts } from '../views/intake.ts'
import { PLATFORM } from '../views/keys.ts'
import { findPage, type Page, type PageRequest } from './page.ts'
import { OutOfScope, type Scope } from './scope.ts'

/** Null: any. `reference`: what the source calls the purchase. */
export interface FactsAsked {
  readonly status: FactStatus | null
  readonly why: FactDocument['why'] | null
  readonly kind: ParkedFact['kind'] | null
  readonly purchase: string | null
  readonly reference: string | null
}

export const anyFacts: FactsAsked = { status: null, why: null, kind: null, purchase: null, reference: null }

const checkPlatform = (scope: Scope): void => {
  if (!scope.all) throw new OutOfScope(PLATFORM)
}

/** By when they were parked. @throws {OutOfScope | InvalidPage} */
export const findFacts = async (
  reader: DocumentReader,
  scope: Scope,
  asked: FactsAsked,
  newestFirst: boolean,
  request: PageRequest,
): Promise<Page<FactDocument>> => {
  checkPlatform(scope)
  const { status, why, kind, purchase, reference } = asked
  const where = {
    ...(status === null ? {} : { status }),
    ...(why === null ? {} : { why }),
    ...(kind === null ? {} : { kind }),
    ...(purchase === null ? {} : { purchase }),
    ...(reference === null ? {} : { reference }),
  }
  const query = { where, order: ['parkedAt'], descending: newestFirst }
  return findPage(reader, facts, query, request, (each) => each)
}

/** @throws {OutOfScope} */
export const factById = async (
  reader: DocumentReader,
  scope: Scope,
  id: string,
): Promise<FactDocument | null> => {
  checkPlatform(scope)
  const found = await reader.get(facts.name, id)
  return found === undefined ? null : facts.read(found.document)
}

/** `amount`: minor units of `currency`; 0 of rows. */
export interface FactCount {
  readonly status: string
  readonly why: string
  readonly kind: string
  readonly currency: string
  readonly count: number
  readonly amount: number
}

/** How many facts there are and what they come to, by status, reason, kind and currency. @throws {OutOfScope} */
export const countFacts = async (reader: DocumentReader, scope: Scope): Promise<readonly FactCount[]> => {
  checkPlatform(scope)
  const rows = await reader.sum({
    collection: facts.name,
    groupBy: ['status', 'why', 'kind', 'currency'],
    sums: ['amount'],
  })
  return rows.map(({ group, count, sums }) => ({
    status: String(group.status),
    why: String(group.why),
    kind: String(group.kind),
    currency: String(group.currency),
    count,
    amount: sums.amount ?? 0,
  }))
}
