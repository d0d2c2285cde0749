/** The event catalogue as JSON Schema: one definition for each event, and for each shape that events share. */
import { z } from 'zod'
import { catalogue } from '../domain/catalogue.ts'
import * as catalogItems from '../domain/events/catalog-items.ts'
import * as members from '../domain/events/members.ts'
import * as organisations from '../domain/events/organisations.ts'
import * as platform from '../domain/events/platform.ts'
import * as purchases from '../domain/events/purchases.ts'
import * as sale from '../domain/events/sale.ts'
import * as shapes from '../domain/events/shapes.ts'

/** What is looked at of a JSON Schema, here. */
export interface JsonSchema {
  readonly $ref?: string | undefined
  readonly type?: string | undefined
  readonly const?: string | number | boolean | null | undefined
  readonly enum?: readonly (string | number | boolean | null)[] | undefined
  readonly anyOf?: readonly JsonSchema[] | undefined
  readonly oneOf?: readonly JsonSchema[] | undefined
  readonly items?: JsonSchema | undefined
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined
  readonly required?: readonly string[] | undefined
  readonly additionalProperties?: boolean | JsonSchema | undefined
  readonly propertyNames?: JsonSchema | undefined
  readonly pattern?: string | undefined
  readonly format?: string | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly minLength?: number | undefined
  readonly maxLength?: number | undefined
  readonly minItems?: number | undefined
  readonly maxItems?: number | undefined
}

const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.looseObject({
    $ref: z.string().optional(),
    type: z.string().optional(),
    anyOf: z.array(jsonSchema).optional(),
    oneOf: z.array(jsonSchema).optional(),
    items: jsonSchema.optional(),
    properties: z.record(z.string(), jsonSchema).optional(),
    additionalProperties: z.union([z.boolean(), jsonSchema]).optional(),
    propertyNames: jsonSchema.optional(),
  }),
)

const titled = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`

/** Definitions by name: the shapes under their names in code, capitalised; the events under their types. */
export interface Definitions {
  readonly shapes: Readonly<Record<string, JsonSchema>>
  readonly events: Readonly<Record<string, JsonSchema>>
}

/** `refer`: how one definition names another. */
export const definitionsOf = (
  target: 'draft-2020-12' | 'draft-07',
  refer: (name: string) => string,
): Definitions => {
  const registry = z.registry<{ id: string }>()
  const shapeNames: string[] = []
  for (const module of [shapes, platform, organisations, members, catalogItems, sale, purchases]) {
    for (const [name, value] of Object.entries(module)) {
      if (!(value instanceof z.ZodType)) continue
      registry.add(value, { id: titled(name) })
      shapeNames.push(titled(name))
    }
  }
  for (const [type, { data }] of Object.entries(catalogue)) registry.add(data, { id: type })
  const { schemas } = z.toJSONSchema(registry, { target, uri: refer })
  const named = (names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => {
        const { $schema: _, $id: __, ...schema } = schemas[name] ?? {}
        return [name, jsonSchema.parse(schema)]
      }),
    )
  const used = new Set(JSON.stringify(schemas).match(/"\$ref":"[^"]+"/g))
  return {
    shapes: named(shapeNames.filter((name) => used.has(`"$ref":"${refer(name)}"`)).sort()),
    events: named(Object.keys(catalogue)),
  }
}
