/** What the client's errors mean for the port. */
import { ErrorType } from '@eventstore/db-client'
import { StoreUnavailable } from '../port.ts'

const typeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined

export const isOfType = (error: unknown, type: ErrorType): boolean => typeOf(error) === type

/** In the words of the connection, without what gRPC puts around them. */
const reasonOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  const said = message.replace(/^\d+ [A-Z_]+: /, '').replace(/\s*Resolution note:.*$/s, '')
  return /^No connection established\. Last error: (?:\w*Error: )?(.+)$/s.exec(said)?.[1] ?? said
}

/** As the end of a sentence. */
const ended = (reason: string): string => (/[.!?]$/.test(reason) ? reason : `${reason}.`)

const adviceFor = (error: unknown): string => {
  switch (typeOf(error)) {
    case ErrorType.ACCESS_DENIED:
      return 'Check user and password in its connection string, and what that user may do.'
    case ErrorType.STREAM_DELETED:
      return 'Somebody deleted a stream, which Tributary never does: restore the log from a backup.'
    default:
      return 'Is it running, can it be reached from here, and is tls of its connection string right?'
  }
}

/** The server cannot answer now. `hosts` name it to the person who reads this. */
export const unavailable = (what: string, hosts: string, cause: unknown): StoreUnavailable =>
  new StoreUnavailable(
    `${what} failed on EventStoreDB at ${hosts}: ${ended(reasonOf(cause))} ${adviceFor(cause)}`,
    {
      cause,
    },
  )
