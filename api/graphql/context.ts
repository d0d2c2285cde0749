/** What every resolver gets beside its arguments. One for each request. */
import type { Authenticate } from '../auth/authenticate.ts'
import type { Principal } from '../auth/principal.ts'
import type { Services } from '../services.ts'
import type { SubscriptionGate } from './subscription-gate.ts'

/** Where operations and mutations are counted, by what they came to. */
export interface OperationMetrics {
  operation(type: string, outcome: string, seconds: number): void
  mutation(name: string, outcome: string): void
}

export interface ApiContext {
  readonly services: Services
  /** Null: the request names nobody. */
  readonly principal: Principal | null
  /** What the request came with, and how it is asked again who that is: for streams that outlive a second. */
  readonly authorization: string | undefined
  readonly authenticate: Authenticate
  readonly metrics: OperationMetrics
  /** Streams that are open. */
  readonly subscriptions: SubscriptionGate
  /** Whose points the request spends: the caller's organisation, or whoever asks. */
  readonly spender: string
  /** Stands in the answer of an error, in the log, and on every event that the request causes. */
  readonly correlationId: string
  /** W3C trace context that what the request causes belongs under; null: none. */
  readonly traceparent: string | null
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal | null
}
