/** Arbitrary values of a schema, for properties: made from its JSON Schema, with ids and instants that meet. */
import fc from 'fast-check'
import { z } from 'zod'

const jsonSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
})

/** Texts to choose from by the beginning of a pattern: so few that what is said of one meets what was said before. */
export type Pools = ReadonlyMap<string, readonly string[]>

const smallList = 3
const deepest = 4

class FromSchema {
  readonly #definitions: Readonly<Record<string, unknown>>
  readonly #pools: Pools
  constructor(definitions: Readonly<Record<string, unknown>>, pools: Pools) {
    this.#definitions = definitions
    this.#pools = pools
  }

  of(given: unknown, depth = 0): fc.Arbitrary<unknown> {
    const schema = jsonSchema.parse(given)
    if (schema.$ref !== undefined)
      return this.of(this.#definitions[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)], depth + 1)
    if (schema.const !== undefined) return fc.constant(schema.const)
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
    const options = schema.anyOf ?? schema.oneOf
    if (options !== undefined) {
      // Rules hold rules: far enough down, only those that hold none.
      const flat =
        depth > deepest ? options.filter((option) => !JSON.stringify(option).includes('$ref')) : options
      return fc.oneof(...(flat.length > 0 ? flat : options).map((option) => this.of(option, depth + 1)))
    }
    switch (schema.type) {
      case 'object':
        return this.#object(schema, depth)
      case 'array':
        return fc.array(this.of(schema.items, depth + 1), {
          minLength: schema.minItems ?? 0,
          maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? smallList, smallList)),
        })
      case 'integer': {
        const { minimum: min = 0, maximum: max = Number.MAX_SAFE_INTEGER } = schema
        const small = fc.integer({ min: Math.max(min, 0), max: Math.min(max, Math.max(min, 0) + 3) })
        return fc.oneof(
          { weight: 4, arbitrary: small },
          fc.maxSafeInteger().map((n) => Math.min(max, Math.max(min, n))),
        )
      }
      case 'boolean':
        return fc.boolean()
      case 'null':
        return fc.constant(null)
      case 'string':
        return this.#text(schema)
      default:
        throw new TypeError(`No arbitrary for ${JSON.stringify(given)}`)
    }
  }

  #object({ properties, additionalProperties }: z.infer<typeof jsonSchema>, depth: number) {
    if (properties === undefined)
      return fc.dictionary(fc.constantFrom('en', 'pt-BR'), this.of(additionalProperties, depth))
    return fc.record(
      Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, this.of(part, depth + 1)])),
    )
  }

  #text({ pattern, format, minLength = 0, maxLength = 20 }: z.infer<typeof jsonSchema>) {
    for (const [beginning, texts] of this.#pools)
      if ((format ?? pattern ?? '').startsWith(beginning)) return fc.constantFrom(...texts)
    if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'))
    return fc
      .string({ minLength, maxLength: Math.min(maxLength, 10) })
      .map((text) => text.trim().padEnd(minLength, 'x'))
  }
}

/** Values that the schema takes. */
export const arbitraryOf = <Value>(schema: z.ZodType<Value>, pools: Pools): fc.Arbitrary<Value> => {
  const document = z.looseObject({ $defs: z.record(z.string(), z.unknown()).optional() })
  const found = document.parse(z.toJSONSchema(schema, { io: 'input' }))
  const inputs = new FromSchema({ ...found.$defs, __root: found }, pools)
  return inputs.of(found).map((value) => schema.parse(value))
}
