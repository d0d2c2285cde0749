/** Cursors as clients see them: signed, and good for the field and the arguments that they came from alone. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalJson } from '../../platform/canonical.ts'
import { RequestError } from './request-error.ts'

const macLength = 16

/** Which listing a cursor is of: the field, and all its arguments but the page's own. */
export const listingOf = (field: string, args: Readonly<Record<string, unknown>>): string => {
  const { first: _, after: __, minPosition: ___, ...rest } = args
  return `${field} ${canonicalJson(rest)}`
}

const macOf = (key: Uint8Array, listing: string, inner: string): Buffer =>
  createHmac('sha256', key).update(`${listing}\n${inner}`).digest().subarray(0, macLength)

/** `inner` is the cursor that the view gave. */
export const sealCursor = (key: Uint8Array, listing: string, inner: string): string =>
  Buffer.concat([macOf(key, listing, inner), Buffer.from(inner)]).toString('base64url')

/** @throws {RequestError} CURSOR_INVALID */
export const openCursor = (key: Uint8Array, listing: string, cursor: string): string => {
  const bytes = Buffer.from(cursor, 'base64url')
  const inner = bytes.subarray(macLength).toString()
  if (bytes.length > macLength && timingSafeEqual(bytes.subarray(0, macLength), macOf(key, listing, inner)))
    return inner
  throw new RequestError(
    'CURSOR_INVALID',
    'The cursor is of another listing, or was changed. Begin again without it, or keep the arguments as they were.',
  )
}
