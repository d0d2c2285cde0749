/** Issuing an API key: its secret is made here, told once in the answer, and kept nowhere. */
import { accessCommand } from '../../domain/access.ts'
import { subject } from '../../domain/events/platform.ts'
import { access, apiKeys } from '../../projections/views/access.ts'
import { makeApiKey } from '../auth/api-key.ts'
import { builder } from '../graphql/builder.ts'
import { defineCommand, runCommand } from '../graphql/command-mutation.ts'
import type { Filled, Filling, Input } from '../graphql/command-spec.ts'
import { reachIn } from '../graphql/guard.ts'
import { loadAfter } from '../graphql/load.ts'
import { type Outcome, PayloadType } from '../graphql/outcome.ts'
import { ApiKeyPayload, ApiKeyType } from './access.ts'

interface Issued extends Outcome {
  readonly secret: string | null
}

const IssueApiKeyPayload = builder.objectRef<Issued>('IssueApiKeyPayload').implement({
  interfaces: [PayloadType],
  fields: (t) => ({
    apiKey: t.field({
      type: ApiKeyType,
      nullable: true,
      resolve: (outcome, _args, context) => loadAfter(context, access.name, apiKeys, outcome),
    }),
    secret: t.exposeString('secret', {
      nullable: true,
      description:
        'What the system sends as "Authorization: Bearer …". Told this once; null where the key was issued before: revoke it then, and issue another.',
    }),
  }),
})

/** Secrets of requests that are being answered. */
const secrets = new WeakMap<Input, string>()

const makeSecret = ({ input, key, services, streamId }: Filling): Filled => {
  const keyId = services.derive('key', streamId, ...(key?.parts ?? []))
  const { text, secretHash } = makeApiKey(streamId, keyId)
  secrets.set(input, text)
  return { subject: streamId, keyId, secretHash }
}

const issue = defineCommand({
  name: 'issueApiKey',
  description: 'Issues a key for the systems of an organisation. It does no more than its subject may.',
  decider: (model) => model.access,
  commands: accessCommand,
  type: 'IssueApiKey',
  target: { kind: 'NAMED', input: 'subject', id: subject, thing: 'person or service' },
  owners: {
    by: 'COMMAND',
    of: ({ organisation }) => (organisation === null ? [] : [organisation]),
    path: 'organisation',
  },
  payload: ApiKeyPayload,
  subjectOf: ({ keyId }) => keyId,
  key: 'REQUIRED',
  filled: ['keyId', 'secretHash'],
  fill: makeSecret,
})

builder.mutationField('issueApiKey', (t) =>
  t.field({
    type: IssueApiKeyPayload,
    description: 'Issues a key for the systems of an organisation. It does no more than its subject may.',
    args: { input: t.arg({ type: issue.input.ref }) },
    resolve: async (_parent, { input }, context, info): Promise<Issued> => {
      const outcome = await runCommand(issue, {
        input,
        path: ['input'],
        context,
        reach: reachIn(context, info),
      })
      const secret = outcome.id === null || outcome.replayed ? null : (secrets.get(input) ?? null)
      return { ...outcome, secret }
    },
  }),
)
