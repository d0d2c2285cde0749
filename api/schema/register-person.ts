/**
 * Registering a person. The id is random, or made of a random key, since an id that could be made again from what
 * another system calls the person would outlive the erasure. An external identity is claimed first: whoever
 * registers it again meets the person it belongs to. Numbers and keys are those of the community that registers, or
 * of the platform: the same ones of two communities are two persons, and none of them can be probed from outside.
 */
import { Rejection } from '../../domain/decider.ts'
import { communityId as communityIdShape } from '../../domain/events/shapes.ts'
import type { CommandMeta } from '../../eventstore/command.ts'
import { identityPlace } from '../auth/authenticate.ts'
import type { Reach } from '../auth/reach.ts'
import { builder } from '../graphql/builder.ts'
import type { ApiContext } from '../graphql/context.ts'
import { reachIn } from '../graphql/guard.ts'
import { type Key, KeyInput, readKey } from '../graphql/key.ts'
import { done, type Outcome, refused } from '../graphql/outcome.ts'
import { checkTexts, notThere, Unprepared } from '../graphql/prepare.ts'
import { errorsOfIssues, inputError, userErrorOf } from '../graphql/user-error.ts'
import { PersonPayload } from './person.ts'

const RegisterPersonInput = builder.inputType('RegisterPersonInput', {
  fields: (t) => ({
    communityId: t.id({
      required: false,
      description:
        'The community whose number the key is. Left out: your only one, or with a role for the platform, the platform.',
    }),
    guest: t.boolean({
      defaultValue: false,
      required: false,
      description: 'Known from one purchase only. A guest may become known later, never the other way round.',
    }),
    key: t.field({
      type: KeyInput,
      description:
        "`external`: what another system calls the person, kept as a keyed hash alone; that identity is claimed. For the identities, a community's number is of the provider `{communityId} {source}`.",
    }),
  }),
})

const metaOf = (
  { principal, correlationId, traceparent }: ApiContext,
  commandId: string,
  payload: unknown,
): CommandMeta => {
  if (principal === null) throw new TypeError('registerPerson was reached by nobody.')
  return {
    commandId,
    correlationId,
    causationId: null,
    actor: {
      kind: principal.subject.startsWith('person_') ? 'PERSON' : 'SERVICE',
      id: principal.subject,
      onBehalfOf: null,
    },
    occurredAt: null,
    traceparent,
    payload,
  }
}

/**
 * The community whose keys these are; null: the platform's.
 * @throws {Unprepared}
 */
const registrarOf = ({ all, organisations }: Reach, asked: string | null): string | null => {
  const path = ['input', 'communityId']
  if (asked !== null) {
    const parsed = communityIdShape.safeParse(asked)
    if (!parsed.success) throw new Unprepared(errorsOfIssues(parsed.error.issues, () => path))
    if (!all && !organisations.has(parsed.data)) throw notThere('community', path)
    return parsed.data
  }
  if (all) return null
  const [own, ...more] = [...organisations].filter((id) => id.startsWith('community_'))
  if (own === undefined) throw notThere('community', path)
  if (more.length === 0) return own
  const message = 'You act for several communities. Name the one that registers the person.'
  throw new Unprepared([inputError('INVALID', message, path)])
}

/** The person whom the identity belongs to: a new one, where nobody has claimed it. */
const claimed = async (
  context: ApiContext,
  { system, id }: NonNullable<Key['external']>,
): Promise<string> => {
  const { handler, model, sealing, identityHash, newId } = context.services
  const hash = identityHash(system, id)
  const place = identityPlace(hash)
  const { state } = await handler.readFresh(model.identity, hash)
  const known = state.person === null ? null : sealing.open(place, state.person)
  if (known?.state === 'OPEN') return known.text
  if (known?.state === 'FORGOTTEN')
    throw new Rejection(
      'WRONG_STATE',
      'This person was erased. Release the identity before it is claimed anew.',
      ['key'],
    )
  const personId = newId('person')
  const person = await sealing.seal(personId, 'identity', place, personId)
  const meta = metaOf(context, newId('command'), { claim: hash })
  try {
    await handler.execute(model.identity, hash, { type: 'ClaimIdentity', person }, meta)
    return personId
  } catch (error) {
    // Somebody claimed it between the look and the append: theirs is the person.
    if (!(error instanceof Rejection) || error.code !== 'TAKEN') throw error
    return await claimed(context, { system, id })
  }
}

const identityIn = (
  registrar: string | null,
  { system, id }: NonNullable<Key['external']>,
): NonNullable<Key['external']> => ({ system: registrar === null ? system : `${registrar} ${system}`, id })

const register = async (
  context: ApiContext,
  registrar: string | null,
  guest: boolean,
  key: Key,
): Promise<Outcome> => {
  const { handler, model, derive, store } = context.services
  const personId =
    key.external === null
      ? derive('person', ...(registrar === null ? [] : [registrar]), ...key.parts)
      : await claimed(context, identityIn(registrar, key.external))
  // A guest whom a shop knows may become known under the same number; a random key stands for one request.
  const how = key.external !== null && guest ? 'guest' : 'known'
  const commandId = derive('command', 'person', personId, how)
  const command = { type: 'RegisterPerson', personId, guest } as const
  return done(
    store,
    personId,
    await handler.execute(model.person, personId, command, metaOf(context, commandId, command)),
  )
}

builder.mutationField('registerPerson', (t) =>
  t.field({
    type: PersonPayload,
    description: 'Registers a person, and claims the external identity that the key names.',
    args: { input: t.arg({ type: RegisterPersonInput }) },
    resolve: async (_parent, { input }, context, info) => {
      const reach = reachIn(context, info)
      const key = readKey(input.key)
      if (key === undefined) {
        const message =
          'A key is made of texts of 1 to 120 characters. Choose one, and send it with each attempt.'
        return refused([inputError('INVALID', message, ['input', 'key'])])
      }
      try {
        checkTexts({ input: { ...input }, path: ['input'] })
        return await register(
          context,
          registrarOf(reach, input.communityId ?? null),
          input.guest ?? false,
          key,
        )
      } catch (error) {
        if (error instanceof Unprepared) return refused(error.errors)
        const known = userErrorOf(error, (path) => ['input', ...path.map(String)])
        if (known === undefined) throw error
        return refused([known])
      }
    },
  }),
)
