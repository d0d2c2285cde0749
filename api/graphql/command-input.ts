/** The input type of a mutation, read off its command; and from an input of that type back to the command. */
import type { InputFieldMap } from '@pothos/core'
import { z } from 'zod'
import { builder } from './builder.ts'
import type { Filled, Input } from './command-spec.ts'
import { variantOf } from './command-variant.ts'
import { fieldOf, type InputField, type InputNode, pascal } from './input-node.ts'
import { declareInput, typeOf } from './input-types.ts'
import { toCommandValue, toInputPath } from './input-value.ts'
import { KeyInput } from './key.ts'

export interface CommandInput {
  readonly ref: ReturnType<typeof makeInput>
  /** What the command's schema is to be asked: what was sent, and what was added, which has precedence. */
  readonly commandOf: (input: Input, added: Filled) => Readonly<Record<string, unknown>>
  /** Where in the input a path in the command points. */
  readonly pathOf: (input: Input, path: readonly (string | number)[]) => readonly string[]
}

export interface CommandInputOptions {
  /** Of the mutation; the type is called after it. */
  readonly name: string
  readonly commands: z.ZodType
  readonly type: string
  /** Properties of the command that are no fields. */
  readonly omit: readonly string[]
  /** Properties that may be left out. */
  readonly defaulted: readonly string[]
  readonly extra: Readonly<Record<string, InputField>>
  readonly key: 'REQUIRED' | 'OPTIONAL'
}

const makeInput = (name: string, fields: ReadonlyMap<string, InputField>, key: 'REQUIRED' | 'OPTIONAL') =>
  builder.inputType(name, {
    fields: (t) => {
      const map: InputFieldMap = {}
      for (const [field, { node, required, emptyByDefault, description }] of fields) {
        const { item, isList } = typeOf(node)
        const options = {
          required: required && !emptyByDefault,
          ...(description === undefined ? {} : { description }),
        }
        map[field] = isList
          ? t.field({ type: [item], ...options, ...(emptyByDefault ? { defaultValue: [] } : {}) })
          : t.field({ type: item, ...options })
      }
      map.key = t.field({ type: KeyInput, required: key === 'REQUIRED' })
      return map
    },
  })

const acceptsNull = (schema: z.core.$ZodType): boolean => schema instanceof z.ZodNullable

export const defineCommandInput = (options: CommandInputOptions): CommandInput => {
  const { name, commands, type, omit, defaulted, extra, key } = options
  const typeName = `${pascal(name)}Input`
  const { type: _, ...properties } = variantOf(commands, type).shape
  const fields = new Map<string, InputField>(Object.entries(extra))
  const ours = new Map<string, { readonly node: InputNode; readonly nullable: boolean }>()
  for (const [property, schema] of Object.entries(properties)) {
    if (omit.includes(property)) continue
    const field = fieldOf(schema, property, typeName)
    fields.set(property, defaulted.includes(property) ? { ...field, required: false } : field)
    ours.set(property, { node: field.node, nullable: acceptsNull(schema) })
  }
  for (const { node } of fields.values()) declareInput(node)
  return {
    ref: makeInput(typeName, fields, key),
    commandOf: (input, added) => {
      const command: Record<string, unknown> = { type }
      for (const [property, { node, nullable }] of ours) {
        const value = toCommandValue(node, input[property])
        if (value !== null || nullable) command[property] = value
      }
      return Object.assign(command, added)
    },
    pathOf: (input, [head, ...rest]) => {
      if (head === undefined) return []
      const field = ours.get(String(head))
      const inner =
        field === undefined ? rest.map(String) : toInputPath(field.node, input[String(head)], rest)
      return [String(head), ...inner]
    },
  }
}
