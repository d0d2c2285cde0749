/** Who asks: told by a token or a key, while what they may do is told by the log alone. */
import type { AccessRole } from '../../domain/events/platform.ts'

/** A role held now. `organisation` is a partner's or a community's id; null: the platform. */
export interface Grant {
  readonly role: AccessRole
  readonly organisation: string | null
}

export interface Principal {
  /** `person_…` or `service_…`. */
  readonly subject: string
  readonly grants: readonly Grant[]
  /** Milliseconds since 1970 after which the token or key says nothing any more; null: never. */
  readonly expiresAt: number | null
  /** The API key used, or null where a token was. */
  readonly keyId: string | null
  /** What may be done is what was last known, since the log is away: enough to read, not to change anything. */
  readonly isRemembered: boolean
}
