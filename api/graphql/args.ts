/** Arguments that many fields take. */
import { builder } from './builder.ts'

/** Of every root field that reads a view. */
export const readArgs = () =>
  builder.args((t) => ({
    minPosition: t.string({
      required: false,
      description:
        'A position that an answer gave you: waits up to 2 seconds for the view to have seen it, else LAGGING.',
    }),
  }))

/** Of every list. */
export const pageArgs = () => ({
  ...builder.args((t) => ({
    first: t.int({ description: 'How many, from 1 to 100.' }),
    after: t.string({ required: false, description: 'The `endCursor` of the page before.' }),
  })),
  ...readArgs(),
})
