/** What a stated sale names that nobody ever made known here: a sale that is asked for cannot come to name it. */
import type { Look } from '../look.ts'
import { taxonomy } from '../taxonomy.ts'
import type { CommandOf } from './commands.ts'
import type { Surroundings } from './gather.ts'

export interface Unknown {
  /** Never registered, or erased since. */
  readonly person: boolean
  /** Codes of the lines that the taxonomy does not define. */
  readonly categories: ReadonlySet<string>
}

export const gatherStated = (
  { lines }: CommandOf<'RecordPurchase'>,
  { buyer, categoryPaths }: Surroundings,
  look: Look,
): Unknown => {
  const categories = new Set<string>()
  for (const { category } of lines) {
    // Only what is defined has a parent, and the categories of offers were there when they were published.
    if (category === null || (categoryPaths.get(category)?.length ?? 0) > 1) continue
    if (look(taxonomy, category).code === null) categories.add(category)
  }
  return { person: buyer.id === null || buyer.erased, categories }
}
