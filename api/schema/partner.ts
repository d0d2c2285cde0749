/** Partners: brands that supply offers. */
import * as shape from '../../domain/events/shapes.ts'
import { partnerCommand } from '../../domain/partner.ts'
import { directory } from '../../projections/views/directory.ts'
import {
  type PartnerDocument,
  partnerStatuses,
  partners,
} from '../../projections/views/directory-documents.ts'
import { actsForPlatform, reaches } from '../auth/reach.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { loadAfter } from '../graphql/load.ts'
import { definePayload } from '../graphql/outcome.ts'
import { NodeType } from './node.ts'
import { hashPayee, payeeInput, sealPayee } from './payee.ts'
import { SourceType } from './source.ts'

const StandardEvidenceType = builder
  .objectRef<PartnerDocument['standards'][number]>('StandardEvidence')
  .implement({
    fields: (t) => ({ standard: t.exposeString('standard'), evidence: t.exposeString('evidence') }),
  })

const SupplyType = builder.objectRef<PartnerDocument['suppliesTo'][number]>('SupplyLink').implement({
  description: 'A chain of supply: whom the partner supplies, with what.',
  fields: (t) => ({
    partnerId: t.exposeID('partner', { description: 'Of the partner that is supplied.' }),
    what: t.exposeString('what'),
  }),
})

export const PartnerType = builder.objectRef<PartnerDocument>('Partner').implement({
  description: 'A brand that supplies offers.',
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('partner'),
    name: t.exposeString('name'),
    status: t.field({ type: enumNamed('PartnerStatus', partnerStatuses), resolve: ({ status }) => status }),
    categories: t.stringList({ resolve: ({ categories }) => [...categories] }),
    suppliesTo: t.field({ type: [SupplyType], resolve: ({ suppliesTo }) => [...suppliesTo] }),
    appliedAt: t.field({ type: 'DateTime', resolve: ({ appliedAt }) => appliedAt }),
    standards: t.field({
      type: [StandardEvidenceType],
      description: 'Its evidence for the standards. Shown to the partner and the platform alone.',
      nullable: true,
      resolve: ({ standards, partner }, _args, context, info) =>
        reaches(reachIn(context, info), [partner]) ? [...standards] : null,
    }),
    reason: t.string({
      nullable: true,
      description:
        'Why it was refused, suspended or reinstated. Shown to the partner and the platform alone.',
      resolve: ({ reason, partner }, _args, context, info) =>
        reaches(reachIn(context, info), [partner]) ? reason : null,
    }),
    payeeSet: t.boolean({
      nullable: true,
      description: 'Whether it is known where to pay it. Told to the partner and the platform alone.',
      resolve: ({ payeeSet, partner }, _args, context, info) =>
        reaches(reachIn(context, info), [partner]) ? payeeSet : null,
    }),
    decidedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ decidedAt }) => decidedAt }),
    source: t.field({ type: SourceType, nullable: true, resolve: ({ source }) => source }),
  }),
})

const PartnerPayload = definePayload('PartnerPayload', (t) => ({
  partner: t.field({
    type: PartnerType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, directory.name, partners, outcome),
  }),
}))

const named = { kind: 'NAMED', input: 'partnerId', id: shape.partnerId, thing: 'partner' } as const
const own = { by: 'ID' } as const

const mutation = mutationsOn({
  decider: (model) => model.partner,
  commands: partnerCommand,
  payload: PartnerPayload,
})

mutation(
  'applyAsPartner',
  'ApplyAsPartner',
  'A brand asks to be admitted. The key is the number of who asks.',
  {
    target: {
      kind: 'NEW',
      prefix: 'partner',
      property: 'partnerId',
      // Anybody may apply, so the number of one applicant is to tell another nothing.
      within: (_input, { grants, subject }) => [actsForPlatform(grants) ? 'platform' : subject],
    },
    owners: { by: 'NOBODY' },
    key: 'REQUIRED',
    defaulted: ['source'],
    fill: ({ input, key }) => (input.source == null ? { source: key?.external ?? null } : {}),
  },
)
mutation('admitPartner', 'AdmitPartner', 'The operator admits a brand that has applied.', {
  target: named,
  owners: own,
})
mutation('refusePartner', 'RefusePartner', 'The operator refuses a brand that has applied.', {
  target: named,
  owners: own,
})
mutation(
  'suspendPartner',
  'SuspendPartner',
  'Nothing of the partner can be placed until it is reinstated. What happened stays.',
  { target: named, owners: own },
)
mutation('reinstatePartner', 'ReinstatePartner', 'Ends a suspension.', { target: named, owners: own })
mutation('changePartnerProfile', 'ChangePartnerProfile', 'Changes name and categories.', {
  target: named,
  owners: own,
  versioned: true,
})
mutation('setPartnerPayee', 'SetPartnerPayee', 'Says where the partner is to be paid.', {
  target: named,
  owners: own,
  key: 'REQUIRED',
  versioned: true,
  filled: ['details'],
  extra: payeeInput,
  fill: sealPayee,
  hashed: hashPayee,
})
mutation('linkSupply', 'LinkSupply', 'States whom the partner supplies, and with what.', {
  target: named,
  owners: own,
})
