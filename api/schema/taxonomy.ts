/** The taxonomy: categories of offers and interests. */
import { z } from 'zod'
import { taxonomyCommand } from '../../domain/taxonomy.ts'
import { directory } from '../../projections/views/directory.ts'
import { type CategoryDocument, categories } from '../../projections/views/directory-documents.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import { loadAfter } from '../graphql/load.ts'
import { definePayload } from '../graphql/outcome.ts'

interface Translation {
  readonly language: string
  readonly text: string
}

const TranslationType = builder.objectRef<Translation>('Translation').implement({
  fields: (t) => ({ language: t.exposeString('language'), text: t.exposeString('text') }),
})

export const CategoryType = builder.objectRef<CategoryDocument>('Category').implement({
  description: 'A category of offers and interests. It has no id but its code.',
  fields: (t) => ({
    code: t.exposeString('category'),
    parent: t.exposeString('parent', { nullable: true, description: 'The code above; null at a root.' }),
    names: t.field({
      type: [TranslationType],
      resolve: ({ names }) =>
        Object.entries(names)
          .map(([language, text]) => ({ language, text }))
          .sort((a, b) => (a.language < b.language ? -1 : 1)),
    }),
    retired: t.exposeBoolean('retired', { description: 'No new offer may use it.' }),
  }),
})

const CategoryPayload = definePayload('CategoryPayload', (t) => ({
  category: t.field({
    type: CategoryType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, directory.name, categories, outcome),
  }),
}))

const mutation = mutationsOn({
  decider: (model) => model.taxonomy,
  commands: taxonomyCommand,
  payload: CategoryPayload,
})

mutation('defineCategory', 'DefineCategory', 'Defines a category; defining it again renames or moves it.', {
  target: { kind: 'DERIVED', idOf: (_services, { code }) => code },
  owners: { by: 'NOBODY' },
  versioned: true,
})
mutation('retireCategory', 'RetireCategory', 'No new offer may use the category.', {
  target: { kind: 'NAMED', input: 'code', id: z.string().regex(/^[\x21-\x7e]{1,64}$/), thing: 'category' },
  owners: { by: 'NOBODY' },
})
