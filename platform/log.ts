import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino'

import { errorForLog, scrub } from './log-scrub.ts'
import { activeTrace } from './tracing.ts'

export type { Logger }

/** Fields that never reach the log, at the top of an entry, one level down, or among a request's headers. */
const hidden = [
  'authorization',
  'cookie',
  'token',
  'accessToken',
  'refreshToken',
  'apiKey',
  'password',
  'secret',
  'masterKey',
  'privateKey',
  'email',
  'phone',
  'address',
  'bankDetails',
  'payeeDetails',
  'personName',
  'variables',
]

const paths = [
  ...hidden.flatMap((field) => [field, `*.${field}`]),
  'req.headers.authorization',
  'req.headers.cookie',
]

export interface LogOptions {
  readonly level: string
  /** Standard error, unless a test reads along. */
  readonly stream?: DestinationStream
}

/**
 * A logger that writes one JSON document a line to standard error: `level` by name, `time` in ISO 8601, `msg`, and where
 * there is telemetry the `trace_id` and `span_id` of what it was written in.
 * An error is logged as `error`, with its type, message, stack and cause.
 * Log opaque ids and codes, never what a person entered; the fields known to carry such are hidden in any case, and so is
 * what looks like a token, a password in an address, a number to call or an address of mail, wherever it stands.
 */
export const createLogger = ({ level, stream = destination({ dest: 2, sync: true }) }: LogOptions): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      mixin: () => activeTrace() ?? {},
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: errorForLog, err: errorForLog },
      hooks: { streamWrite: scrub },
      redact: { paths, censor: '[hidden]' },
    },
    stream,
  )
