/** From what a client sent to what a command takes, and back from a path in the command to one in the input. */
import { unreachable } from '../../domain/decider.ts'
import type { InputNode, VariantMember } from './input-node.ts'

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const chosen = (
  members: ReadonlyMap<string, VariantMember>,
  value: unknown,
): { readonly field: string; readonly member: VariantMember; readonly inner: unknown } | undefined => {
  if (!isRecord(value)) return undefined
  for (const [field, member] of members) {
    const inner = value[field]
    if (inner !== undefined && inner !== null) return { field, member, inner }
  }
  return undefined
}

/** What the command takes. Fields that were left out are null; a schema refuses that where it does not fit. */
export const toCommandValue = (node: InputNode, value: unknown): unknown => {
  if (node.kind === 'constant') return node.value
  if (value === undefined || value === null) return null
  switch (node.kind) {
    case 'scalar':
    case 'enum':
      return value
    case 'list':
      return Array.isArray(value) ? value.map((item: unknown) => toCommandValue(node.of, item)) : value
    case 'object': {
      if (!isRecord(value)) return value
      const result: Record<string, unknown> = {}
      for (const [name, field] of node.fields) result[name] = toCommandValue(field.node, value[name])
      return result
    }
    case 'variant': {
      const found = chosen(node.members, value)
      if (found === undefined) return value
      const { member, inner } = found
      const tag = { [node.discriminator]: member.literal }
      if (member.node === null) return tag
      const converted = toCommandValue(member.node, inner)
      if (member.only !== null) return { ...tag, [member.only]: converted }
      return isRecord(converted) ? { ...tag, ...converted } : converted
    }
    case 'converted':
      return node.convert(toCommandValue(node.as, value))
    default:
      return unreachable(node)
  }
}

/** Where in the input stands what a command's path names. Goes as far as the input is known. */
export const toInputPath = (
  node: InputNode,
  value: unknown,
  path: readonly (string | number)[],
): readonly string[] => {
  const [head, ...rest] = path
  if (head === undefined) return []
  switch (node.kind) {
    case 'scalar':
    case 'enum':
    case 'constant':
      return path.map(String)
    case 'list': {
      const item: unknown = Array.isArray(value) ? value[Number(head)] : undefined
      return [String(head), ...toInputPath(node.of, item, rest)]
    }
    case 'object': {
      const field = node.fields.get(String(head))
      const inner = isRecord(value) ? value[String(head)] : undefined
      return [
        String(head),
        ...(field === undefined ? rest.map(String) : toInputPath(field.node, inner, rest)),
      ]
    }
    case 'variant': {
      const found = chosen(node.members, value)
      if (found === undefined || head === node.discriminator) return []
      const { field, member, inner } = found
      if (member.node === null) return [field]
      return [field, ...toInputPath(member.node, inner, member.only === null ? path : rest)]
    }
    case 'converted':
      return toInputPath(node.as, value, path)
    default:
      return unreachable(node)
  }
}
