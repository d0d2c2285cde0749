/** Errors of a request as a whole: the top-level `errors` of an answer, never the outcome of a mutation. */
import { GraphQLError } from 'graphql'

/** HTTP status of each code, where the answer carries no data. Closed: a new code needs a status. */
const statuses = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  BODY_TOO_LARGE: 413,
  QUERY_TOO_LONG: 400,
  QUERY_TOO_DEEP: 400,
  QUERY_TOO_WIDE: 400,
  QUERY_TOO_COSTLY: 400,
  CURSOR_INVALID: 400,
  CURSOR_EXPIRED: 400,
  THROTTLED: 429,
  INTERNAL: 500,
  LAGGING: 503,
  UNAVAILABLE: 503,
  TIMEOUT: 504,
} as const

export type RequestErrorCode = keyof typeof statuses

/** `retryAfterMs` is also sent as the header Retry-After, in whole seconds. */
export interface RequestErrorDetails {
  readonly retryAfterMs?: number
  readonly [name: string]: unknown
}

/** A request that is not answered, with a closed `extensions.code` that programs can act on. */
export class RequestError extends GraphQLError {
  readonly code: RequestErrorCode

  constructor(code: RequestErrorCode, message: string, details: RequestErrorDetails = {}) {
    const { retryAfterMs } = details
    const headers: Record<string, string> = {}
    if (retryAfterMs !== undefined)
      headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)))
    if (code === 'UNAUTHENTICATED') headers['www-authenticate'] = 'Bearer'
    super(message, { extensions: { code, ...details, http: { status: statuses[code], headers } } })
    this.code = code
  }

  get status(): number {
    return statuses[this.code]
  }
}

/** The log is away: what its own error says names hosts, files and streams. */
export const logAway = (): RequestError =>
  new RequestError(
    'UNAVAILABLE',
    'The log can be neither read nor written just now. Nothing was changed. Ask again in a moment, with the same key.',
    { retryAfterMs: 1_000 },
  )
