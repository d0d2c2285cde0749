/** The schema as text: what is served, and what is kept in api/schema.graphql for review. */
import { lexicographicSortSchema, printSchema } from 'graphql'
import { schema } from './schema.ts'

/** Sorted, so that a change of it shows as what was changed. */
export const sdl = `${printSchema(lexicographicSortSchema(schema))}\n`
