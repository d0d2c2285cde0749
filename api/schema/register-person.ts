/**
 * Registering a person. The id is random, or made of a random key, since an id that could be made again from what
 * another system calls the person would outlive the erasure. An external identity is claimed first: whoever
 * registers it again meets the person it belongs to.
 */
import { Rejection } from '../../domain/decider.ts'
import type { CommandMeta } from '../../eventstore/command.ts'
import { identityPlace } from '../auth/authenticate.ts'
import { builder } from '../graphql/builder.ts'
import type { ApiContext } from '../graphql/context.ts'
import { type Key, KeyInput, readKey } from '../graphql/key.ts'
import { done, type Outcome, refused } from '../graphql/outcome.ts'
import { inputError, userErrorOf } from '../graphql/user-error.ts'
import { PersonPayload } from './person.ts'

const RegisterPersonInput = builder.inputType('RegisterPersonInput', {
  fields: (t) => ({
    guest: t.boolean({
      defaultValue: false,
      required: false,
      description: 'Known from one purchase only. A guest may become known later, never the other way round.',
    }),
    key: t.field({
      type: KeyInput,
      description:
        '`external`: what another system calls the person, kept as a keyed hash alone; that identity is claimed.',
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

const register = async (context: ApiContext, guest: boolean, key: Key): Promise<Outcome> => {
  const { handler, model, derive, store } = context.services
  const personId =
    key.external === null ? derive('person', ...key.parts) : await claimed(context, key.external)
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
    resolve: async (_parent, { input }, context) => {
      const key = readKey(input.key)
      if (key === undefined) {
        const message =
          'A key is made of texts of 1 to 120 characters. Choose one, and send it with each attempt.'
        return refused([inputError('INVALID', message, ['input', 'key'])])
      }
      try {
        return await register(context, input.guest ?? false, key)
      } catch (error) {
        const known = userErrorOf(error, (path) => ['input', ...path.map(String)])
        if (known === undefined) throw error
        return refused([known])
      }
    },
  }),
)
