import { hash } from 'node:crypto'

/** SHA-256 of bytes, or of text as UTF-8, in lower-case hex. One shot: faster than a Hash object for what fits memory. */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex')
