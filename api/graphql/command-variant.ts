/** Finds schemas within a union of commands. */
import { z } from 'zod'

/** The object schema of one command out of a union. @throws {TypeError} where the union has none of that type */
export const variantOf = (commands: z.ZodType, type: string): z.ZodObject => {
  const options = commands instanceof z.ZodDiscriminatedUnion ? commands.options : []
  for (const option of options) {
    if (!(option instanceof z.ZodObject)) continue
    const tag = option.shape.type
    if (tag instanceof z.ZodLiteral && tag.values.has(type)) return option
  }
  throw new TypeError(`There is no command ${type} among those given.`)
}

/** What stands at a path within a schema; lists and null are looked through. @throws {TypeError} */
export const schemaAt = (schema: z.core.$ZodType, ...path: readonly string[]): z.core.$ZodType => {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional)
    return schemaAt(schema.unwrap(), ...path)
  if (schema instanceof z.ZodArray) return schemaAt(schema.element, ...path)
  const [head, ...rest] = path
  if (head === undefined) return schema
  const inner = schema instanceof z.ZodObject ? schema.shape[head] : undefined
  if (inner === undefined) throw new TypeError(`There is no ${path.join('.')} in the schema.`)
  return schemaAt(inner, ...rest)
}
