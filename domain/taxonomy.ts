/** The taxonomy: categories of offers and interests, each under a parent or at a root. */
import { z } from 'zod'
import { type Decider, Rejection, unreachable } from './decider.ts'
import { eventTypes } from './events/define.ts'
import { type TaxonomyEvent, taxonomyEvents } from './events/platform.ts'
import * as shape from './events/shapes.ts'
import { answered, type Look } from './look.ts'
import { same } from './same.ts'

export const taxonomyCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('DefineCategory'), ...taxonomyEvents.CategoryDefined.data.shape }),
  z.strictObject({ type: z.literal('RetireCategory'), reason: shape.reason }),
])
export type TaxonomyCommand = z.infer<typeof taxonomyCommand>

export interface CategoryState {
  readonly code: string | null
  readonly parent: string | null
  readonly names: Readonly<Record<string, string>>
  readonly retired: boolean
}

/** Levels from a category to its root, both counted, that a definition may make. */
export const mostLevels = 8
/** Moving a category that has others below may make deeper paths: they are followed up to here. */
const longestPath = 64

const initial: CategoryState = { code: null, parent: null, names: {}, retired: false }

const evolve = (state: CategoryState, event: TaxonomyEvent): CategoryState => {
  switch (event.type) {
    case 'CategoryDefined':
      return { ...state, code: event.data.code, parent: event.data.parent, names: event.data.names }
    case 'CategoryRetired':
      return { ...state, retired: true }
    default:
      return unreachable(event)
  }
}

/** What a definition looks at: the parent, and its path to the root. */
interface Above {
  readonly parent: CategoryState
  readonly path: readonly string[]
}

/** What questions call everything, and nothing: no category may be called so. */
const reserved: ReadonlySet<string> = new Set(['ALL', 'NONE'])
// Codes name streams, and these hold printable ASCII only.
const ascii = /^[\x21-\x7e]+$/

const define = (
  state: CategoryState,
  { type: _, ...facts }: Extract<TaxonomyCommand, { type: 'DefineCategory' }>,
  above: Above | null,
): readonly TaxonomyEvent[] => {
  if (!ascii.test(facts.code))
    throw new Rejection(
      'INVALID',
      'The code of a category is of ASCII letters and digits. Use names for others.',
      ['code'],
    )
  if (reserved.has(facts.code))
    throw new Rejection('INVALID', `No category can be called ${facts.code}. Choose another code.`, ['code'])
  const { code, parent, names, retired } = state
  if (retired)
    throw new Rejection('WRONG_STATE', `The category ${facts.code} is retired. Define another one.`)
  if (same({ code, parent, names }, facts)) return []
  if (facts.parent !== null) {
    if (above === null || above.parent.code === null)
      throw new Rejection('NOT_FOUND', `There is no category ${facts.parent}. Define it first.`, ['parent'])
    if (above.parent.retired)
      throw new Rejection('WRONG_STATE', `The category ${facts.parent} is retired. Name another parent.`, [
        'parent',
      ])
    if (facts.parent === facts.code || above.path.includes(facts.code))
      throw new Rejection('INVALID', `${facts.code} would be above itself. Name another parent.`, ['parent'])
    if (above.path.length >= mostLevels)
      throw new Rejection('INVALID', `Categories are at most ${mostLevels} levels deep.`, ['parent'])
  }
  return [{ type: 'CategoryDefined', data: facts }]
}

const decide = (
  state: CategoryState,
  command: TaxonomyCommand,
  above: Above | null,
): readonly TaxonomyEvent[] => {
  switch (command.type) {
    case 'DefineCategory':
      return define(state, command, above)
    case 'RetireCategory': {
      if (state.code === null) throw new Rejection('NOT_FOUND', 'There is no such category.')
      if (state.retired) return []
      return [{ type: 'CategoryRetired', data: { code: state.code, reason: command.reason } }]
    }
    default:
      return unreachable(command)
  }
}

/** Stream `category-{code}`. */
export const taxonomy: Decider<CategoryState, TaxonomyCommand, TaxonomyEvent, Above | null> = {
  category: 'category',
  initial,
  evolve,
  types: eventTypes(taxonomyEvents),
  gather: (command, read) => {
    const parent = command.type === 'DefineCategory' ? command.parent : null
    if (parent === null) return null
    return answered(read, (look) => ({ parent: look(taxonomy, parent), path: ancestors(parent, look) }))
  },
  decide,
}

/** The path from a category to its root, itself first. An unknown category is a path of its own. */
export const ancestors = (code: string, look: Look): readonly string[] => {
  const path = [code]
  for (let at = code; path.length < longestPath; ) {
    const { parent } = look(taxonomy, at)
    // Two moves at the same time may have made a circle; it ends where it began.
    if (parent === null || path.includes(parent)) break
    path.push(parent)
    at = parent
  }
  return path
}

/** These categories and all that are above them: what the interests of a member amount to. */
export const closureOf = (codes: Iterable<string>, look: Look): ReadonlySet<string> => {
  const closure = new Set<string>()
  for (const code of codes)
    for (let at: string | null = code; at !== null && !closure.has(at); at = look(taxonomy, at).parent)
      closure.add(at)
  return closure
}
