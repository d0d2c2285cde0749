/**
 * Old forms of events, brought to the current one on reading. An event type whose schema changes gets the next
 * version in the catalogue and, here, a pure function from each version to the one after it; a fixture of the old
 * form stays in tests for ever.
 */
import { definitionOf } from './catalogue.ts'

type Upcast = (data: unknown) => unknown

/** By `type@version`: to the version after. */
const upcasters: ReadonlyMap<string, Upcast> = new Map()

/** The schema version that a type is written in now; undefined where the type is not known. */
export const currentVersion = (type: string): number | undefined => definitionOf(type)?.version

/**
 * Data of an older version in the current form.
 * @throws {TypeError} where a version has no way up: a function is missing here
 */
export const upcast = (type: string, version: number, data: unknown): unknown => {
  const current = currentVersion(type)
  let form = data
  for (let at = version; current !== undefined && at < current; at += 1) {
    const up = upcasters.get(`${type}@${at}`)
    if (up === undefined)
      throw new TypeError(`${type} version ${at} cannot be read: no upcaster leads on from it.`)
    form = up(form)
  }
  return form
}
