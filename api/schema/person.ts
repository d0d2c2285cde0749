/** Persons across communities, and the identities that other systems know them by. Only opaque ids are told. */
import * as shape from '../../domain/events/shapes.ts'
import { identityCommand } from '../../domain/identity.ts'
import { type PersonState, personCommand } from '../../domain/person.ts'
import { identityPlace } from '../auth/authenticate.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import type { Filled, Filling, Input } from '../graphql/command-spec.ts'
import type { InputField } from '../graphql/input-node.ts'
import { definePayload } from '../graphql/outcome.ts'
import { Unprepared } from '../graphql/prepare.ts'
import { errorsOfIssues, inputError } from '../graphql/user-error.ts'
import type { Services } from '../services.ts'
import { NodeType } from './node.ts'
import { hashPayee, payeeInput, sealPayee } from './payee.ts'

const PersonType = builder.objectRef<PersonState & { readonly id: string }>('Person').implement({
  description: 'A human across communities. Nothing here says who.',
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('id'),
    guest: t.exposeBoolean('guest', { description: 'Known from one purchase only.' }),
    erased: t.exposeBoolean('erased'),
    visitorIds: t.idList({ resolve: ({ visitors }) => [...visitors] }),
  }),
})

export const PersonPayload = definePayload('PersonPayload', (t) => ({
  person: t.field({
    type: PersonType,
    nullable: true,
    resolve: async ({ id }, _args, { services: { handler, model } }) =>
      id === null ? null : { ...(await handler.read(model.person, id)).state, id },
  }),
}))

const IdentityPayload = definePayload('IdentityPayload', () => ({}))

const mutation = mutationsOn({
  decider: (model) => model.person,
  commands: personCommand,
  payload: PersonPayload,
})
const identityMutation = mutationsOn({
  decider: (model) => model.identity,
  commands: identityCommand,
  payload: IdentityPayload,
})

const named = { kind: 'NAMED', input: 'personId', id: shape.personId, thing: 'person' } as const
const nobody = { by: 'NOBODY' } as const

mutation(
  'identifyVisitor',
  'IdentifyVisitor',
  'A visitor turned out to be this person: the journeys of both count.',
  {
    target: named,
    owners: nobody,
  },
)
mutation('setPersonPayee', 'SetPersonPayee', 'Says where the person is to be paid.', {
  target: named,
  owners: nobody,
  key: 'REQUIRED',
  versioned: true,
  filled: ['details'],
  extra: payeeInput,
  fill: sealPayee,
  hashed: hashPayee,
})
mutation(
  'erasePerson',
  'ErasePerson',
  'Destroys the keys of the person: what was sealed with them is unreadable for ever. Sums stay as they are.',
  { target: named, owners: nobody, key: 'REQUIRED', after: ({ forget }, id) => forget(id) },
)

const textField = (description: string): InputField => ({
  node: { kind: 'scalar', scalar: 'String' },
  required: true,
  emptyByDefault: false,
  description,
})

const idField = (description: string): InputField => ({
  ...textField(description),
  node: { kind: 'scalar', scalar: 'ID' },
})

const external: Readonly<Record<string, InputField>> = {
  provider: textField('The system that knows the person: the `iss` of its tokens, or a code of a shop.'),
  externalId: textField('What the person is called there. Kept as a keyed hash only.'),
}

const hashOf = (input: Input, { identityHash }: Services): string =>
  identityHash(String(input.provider), String(input.externalId))

/** An external id is personal: what it is recorded as is a keyed hash. */
const hashed = (input: Input, services: Services): unknown => {
  const { provider: _, externalId: __, ...rest } = input
  return { ...rest, identity: hashOf(input, services) }
}

/** Sealed with the person's own key, so that an erasure cuts the link. */
const sealPerson = async ({ input, services }: Filling): Promise<Filled> => {
  const person = shape.personId.safeParse(input.personId)
  if (!person.success) throw new Unprepared(errorsOfIssues(person.error.issues, () => ['input', 'personId']))
  const { state } = await services.handler.read(services.model.person, person.data)
  if (state.id === null || state.erased)
    throw new Unprepared([
      inputError('NOT_FOUND', 'There is no such person. Register the person first.', ['input', 'personId']),
    ])
  const place = identityPlace(hashOf(input, services))
  return { person: await services.sealing.seal(person.data, 'identity', place, person.data) }
}

const identified = {
  kind: 'DERIVED',
  idOf: (services: Services, _: unknown, input: Input) => hashOf(input, services),
} as const

identityMutation(
  'claimIdentity',
  'ClaimIdentity',
  'An external identity belongs to this person from now on.',
  {
    target: identified,
    owners: nobody,
    filled: ['person'],
    extra: { ...external, personId: idField('Of the person whose it is.') },
    fill: sealPerson,
    hashed,
  },
)
identityMutation('releaseIdentity', 'ReleaseIdentity', 'The identity may be claimed anew.', {
  target: identified,
  owners: nobody,
  extra: external,
  hashed,
})

builder.queryField('person', (t) =>
  t.field({
    type: PersonType,
    nullable: true,
    description: 'One person, by their id; null where there is none.',
    args: { id: t.arg.id() },
    resolve: async (_parent, { id }, { services: { handler, model } }) => {
      const parsed = shape.personId.safeParse(id)
      if (!parsed.success) return null
      const { state } = await handler.readFresh(model.person, parsed.data)
      return state.id === null ? null : { ...state, id: state.id }
    },
  }),
)
