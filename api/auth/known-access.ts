/**
 * What the log says that a subject may do, at most a second ago; and, while the log is away, what was last known of it: so
 * that who could read before still can. Nothing is changed on what is only remembered.
 */
import type { AccessState } from '../../domain/access.ts'
import type { IdentityState } from '../../domain/identity.ts'
import { StoreUnavailable } from '../../eventstore/port.ts'
import { Recent } from '../../eventstore/recent.ts'
import { readLive } from '../../projections/read-live.ts'
import { access, apiKeys, grants } from '../../projections/views/access.ts'
import { PLATFORM } from '../../projections/views/keys.ts'
import type { Services } from '../services.ts'

type Parts = Pick<Services, 'handler' | 'model' | 'documents'>

type SealedPerson = NonNullable<IdentityState['person']>

/** Subjects and identities of which the last is remembered, about. */
const remembered = 4_096
/** Most grants and keys of one subject, as the domain has it. */
const most = 1_000

/** So long, in milliseconds, what was remembered may serve: a day without the log is for people to look at. */
const servesFor = 24 * 3_600_000

/** `isRemembered`: not from the log as it is now. */
export interface Known<Answer> {
  readonly answer: Answer
  readonly isRemembered: boolean
}

export interface KnownAccess {
  /** @throws (rejects) {StoreUnavailable} where the log is away and nothing is known */
  of(subject: string): Promise<Known<AccessState>>
  /** The sealed id of the person who claimed an identity; null where nobody did. @throws as `of` */
  personOf(identityHash: string): Promise<Known<SealedPerson | null>>
}

export const createKnownAccess = ({ handler, model, documents }: Parts): KnownAccess => {
  const states = new Recent<AccessState>(remembered)
  const people = new Recent<SealedPerson>(remembered)
  /** While the log is away, one asks again and the others need not wait for it. */
  let isProbing = false
  /** On the process's own clock; null while it is there. */
  let awaySince: number | null = null

  const probe = async (tried: () => Promise<unknown>): Promise<void> => {
    isProbing = true
    try {
      await tried()
    } catch {
      // It is still away: the next one asks again.
    } finally {
      isProbing = false
    }
  }

  /** From the log, or `fallback` where it is away. */
  const ask = async <Answer>(
    read: () => Promise<Answer>,
    fallback: () => Promise<Answer | undefined>,
  ): Promise<Known<Answer>> => {
    const tried = async (): Promise<Answer> => {
      try {
        const answer = await read()
        awaySince = null
        return answer
      } catch (error) {
        if (error instanceof StoreUnavailable) awaySince ??= performance.now()
        throw error
      }
    }
    const rememberedNow = async (): Promise<Known<Answer> | undefined> => {
      if (awaySince === null || performance.now() - awaySince > servesFor) return undefined
      const answer = await fallback()
      return answer === undefined ? undefined : { answer, isRemembered: true }
    }
    const known = await rememberedNow()
    if (known !== undefined) {
      if (!isProbing) void probe(tried)
      return known
    }
    try {
      return { answer: await tried(), isRemembered: false }
    } catch (error) {
      const last = error instanceof StoreUnavailable ? await rememberedNow() : undefined
      if (last === undefined) throw error
      return last
    }
  }

  /** Roles by the view, which may know more than was remembered; the secrets of keys are nowhere but in the log. */
  const lastKnown = async (subject: string): Promise<AccessState | undefined> =>
    readLive(documents, access.name, async (reader) => {
      const where = { subject }
      const granted = await reader.find({ collection: grants.name, where, limit: most })
      const issued = await reader.find({ collection: apiKeys.name, where, limit: most })
      const revoked = new Set(
        issued.flatMap(({ key, document }) => (apiKeys.read(document).revoked ? [key] : [])),
      )
      const held = states.get(subject)
      if (granted.length === 0 && held === undefined) return undefined
      return {
        subject,
        grants: granted.map(({ document }) => {
          const { role, organisation } = grants.read(document)
          return { role, organisation: organisation === PLATFORM ? null : organisation }
        }),
        keys: (held?.keys ?? []).map((key) => (revoked.has(key.keyId) ? { ...key, revoked: true } : key)),
      }
    })

  return {
    of: (subject) =>
      ask(
        async () => {
          const { state } = await handler.read(model.access, subject)
          states.set(subject, state)
          return state
        },
        () => lastKnown(subject),
      ),
    personOf: (hash) =>
      ask<SealedPerson | null>(
        async () => {
          const { person } = (await handler.read(model.identity, hash)).state
          if (person !== null) people.set(hash, person)
          return person
        },
        async () => people.get(hash),
      ),
  }
}
