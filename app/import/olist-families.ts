/** Which interest family each category of the data set belongs to: data, in one file beside this one. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { code, label } from '../../domain/events/shapes.ts'

const file = new URL('./olist-families.json', import.meta.url)

const schema = z.strictObject({
  /** The family of whatever is in no other, and the category of products that have none. */
  otherwise: code,
  families: z.array(z.strictObject({ code, name: label, categories: z.array(code) })),
})

export interface Family {
  readonly code: string
  readonly name: string
}

export interface Families {
  readonly all: readonly Family[]
  readonly otherwise: string
  /** The family of a category, by its code. */
  readonly familyOf: (category: string) => string
}

export const readFamilies = (): Families => {
  const { otherwise, families } = schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const byCategory = new Map(
    families.flatMap((family) => family.categories.map((category) => [category, family.code])),
  )
  return {
    all: families.map(({ code, name }) => ({ code, name })),
    otherwise,
    familyOf: (category) => byCategory.get(category) ?? otherwise,
  }
}
