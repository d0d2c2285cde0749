import { parseSync, Visitor } from 'oxc-parser'

/** Globals that reach out of a pure function: time, randomness, the machine, the locale. */
const impure = new Set([
  'Intl',
  'Temporal',
  'console',
  'crypto',
  'fetch',
  'globalThis',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
])
const impureMembers = new Set(['Date.now', 'Math.random'])
/** The rules of time zones are kept nowhere else; the locale and the zone have to be given. */
const pureMembers = new Set(['Intl.DateTimeFormat'])

/** What in a source is not a pure function of its input, each as it is written there. */
export const impurities = (path: string, source: string): readonly string[] => {
  const { program, errors } = parseSync(path, source)
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`)
  const found: string[] = []
  const note = (node: { readonly start: number; readonly end: number }): void => {
    const line = source.slice(0, node.start).split('\n').length
    found.push(`${path}:${line} ${source.slice(node.start, node.end)}`)
  }
  new Visitor({
    CallExpression({ callee }) {
      if (callee.type === 'Identifier' && (callee.name === 'Date' || impure.has(callee.name))) note(callee)
    },
    NewExpression(node) {
      const { callee } = node
      if (callee.type === 'Identifier' && callee.name === 'Date' && node.arguments.length === 0) note(node)
    },
    MemberExpression(node) {
      const { object, property } = node
      const name = property.type === 'Identifier' && !node.computed ? property.name : ''
      if (object.type === 'Identifier') {
        const whole = `${object.name}.${name}`
        if ((impure.has(object.name) && !pureMembers.has(whole)) || impureMembers.has(whole)) note(node)
      }
      if (name.startsWith('toLocale') || name === 'localeCompare') note(property)
    },
  }).visit(program)
  return found
}
