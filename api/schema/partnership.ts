/** Partnerships: the terms between a partner and a community. */
import { partnershipIdOf } from '../../domain/derive.ts'
import type { Rate } from '../../domain/events/organisations.ts'
import * as shape from '../../domain/events/shapes.ts'
import { partnershipCommand } from '../../domain/partnership.ts'
import { directory } from '../../projections/views/directory.ts'
import {
  type PartnershipDocument,
  partnershipStatuses,
  partnerships,
  type TermsDocument,
} from '../../projections/views/directory-documents.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { loadAfter } from '../graphql/load.ts'
import { definePayload } from '../graphql/outcome.ts'
import { NodeType } from './node.ts'

const SideType = enumNamed('Side', shape.side.options)
const PoolRoleType = enumNamed('PoolRole', shape.poolRole.options)
const FallbackRoleType = enumNamed('FallbackRole', shape.fallbackRole.options)

const PoolPartType = builder.objectRef<Rate['division'][number]>('PoolPart').implement({
  description: 'What of the pool a role gets, and who gets it where nobody has the role.',
  fields: (t) => ({
    role: t.field({ type: PoolRoleType, resolve: ({ role }) => role }),
    basisPoints: t.exposeInt('basisPoints'),
    absentTo: t.field({ type: FallbackRoleType, resolve: ({ absentTo }) => absentTo }),
  }),
})

const HoldType = builder.objectRef<Rate['hold']>('HoldRule').implement({
  description: 'How long legs wait before they may be paid out, and from what on.',
  fields: (t) => ({
    days: t.exposeInt('days'),
    from: t.field({ type: enumNamed('HoldFrom', ['CAPTURE', 'FULFILMENT']), resolve: ({ from }) => from }),
  }),
})

const RateType = builder.objectRef<Rate>('Rate').implement({
  description: 'What holds for a category and what is below it; for all the rest, where it names none.',
  fields: (t) => ({
    category: t.exposeString('category', { nullable: true }),
    poolBasisPoints: t.exposeInt('poolBasisPoints', { description: 'Of the base, for the pool.' }),
    base: t.field({ type: enumNamed('PoolBase', ['GROSS', 'NET_OF_TAX']), resolve: ({ base }) => base }),
    division: t.field({ type: [PoolPartType], resolve: ({ division }) => [...division] }),
    paymentFeeBearer: t.field({
      type: FallbackRoleType,
      resolve: ({ paymentFeeBearer }) => paymentFeeBearer,
    }),
    hold: t.field({ type: HoldType, resolve: ({ hold }) => hold }),
    keepPoolOnRefund: t.exposeBoolean('keepPoolOnRefund'),
  }),
})

export const TermsType = builder.objectRef<TermsDocument>('Terms').implement({
  description: 'A version of the terms of a partnership.',
  fields: (t) => ({
    version: t.exposeInt('version'),
    by: t.field({ type: SideType, resolve: ({ by }) => by }),
    effectiveFrom: t.field({ type: 'DateTime', resolve: ({ effectiveFrom }) => effectiveFrom }),
    acceptedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ acceptedAt }) => acceptedAt }),
    rates: t.field({ type: [RateType], resolve: ({ terms }) => [...terms.rates] }),
  }),
})

const AcceptedTermsType = builder
  .objectRef<PartnershipDocument['accepted'][number]>('AcceptedTerms')
  .implement({
    fields: (t) => ({
      version: t.exposeInt('version'),
      effectiveFrom: t.field({ type: 'DateTime', resolve: ({ effectiveFrom }) => effectiveFrom }),
    }),
  })

const PartnershipEndType = builder
  .objectRef<PartnershipDocument['ends'][number]>('PartnershipEnd')
  .implement({
    fields: (t) => ({
      through: t.exposeInt('through', { description: 'The last version that it ends.' }),
      at: t.field({ type: 'DateTime', resolve: ({ at }) => at }),
      reason: t.exposeString('reason'),
    }),
  })

export const PartnershipType = builder.objectRef<PartnershipDocument>('Partnership').implement({
  description: 'The terms between a partner and a community: proposed by one side, accepted by the other.',
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('partnership'),
    partnerId: t.exposeID('partner'),
    communityId: t.exposeID('community'),
    status: t.field({
      type: enumNamed('PartnershipStatus', partnershipStatuses),
      description: 'AMENDED: accepted terms are in force, and a later version waits for the other side.',
      resolve: ({ status }) => status,
    }),
    version: t.exposeInt('version', {
      description:
        'The latest version of the terms, accepted or not: for `expectedVersion` of amendPartnership.',
    }),
    proposedBy: t.field({ type: SideType, resolve: ({ proposedBy }) => proposedBy }),
    accepted: t.field({ type: [AcceptedTermsType], resolve: ({ accepted }) => [...accepted] }),
    ends: t.field({ type: [PartnershipEndType], resolve: ({ ends }) => [...ends] }),
  }),
})

const PartnershipPayload = definePayload('PartnershipPayload', (t) => ({
  partnership: t.field({
    type: PartnershipType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, directory.name, partnerships, outcome),
  }),
}))

const mutation = mutationsOn({
  decider: (model) => model.partnership,
  commands: partnershipCommand,
  payload: PartnershipPayload,
})

interface Stated {
  readonly by: 'PARTNER' | 'COMMUNITY'
  readonly partnerId: string
  readonly communityId: string
}

/** Terms are proposed in the name of one side, so by whoever may act for that one. */
const statedBy = {
  by: 'COMMAND',
  of: ({ by, partnerId, communityId }: Stated) => [by === 'PARTNER' ? partnerId : communityId],
  path: 'by',
} as const

mutation('proposePartnership', 'ProposePartnership', 'One side proposes terms to the other.', {
  target: {
    kind: 'DERIVED',
    idOf: ({ derive }, { partnerId, communityId }) => partnershipIdOf(derive, partnerId, communityId),
  },
  owners: statedBy,
  key: 'REQUIRED',
})
mutation('amendPartnership', 'AmendPartnership', 'Either side proposes the next version of the terms.', {
  target: {
    kind: 'DERIVED',
    idOf: ({ derive }, { partnerId, communityId }) => partnershipIdOf(derive, partnerId, communityId),
  },
  owners: statedBy,
  key: 'REQUIRED',
})

const named = {
  kind: 'NAMED',
  input: 'partnershipId',
  id: shape.partnershipId,
  thing: 'partnership',
} as const
const sideOf = (
  { ref }: { readonly ref: Omit<Stated, 'by'> | null },
  { by }: { readonly by: Stated['by'] },
): readonly string[] => (ref === null ? [] : [by === 'PARTNER' ? ref.partnerId : ref.communityId])

mutation(
  'acceptPartnership',
  'AcceptPartnership',
  'The other side accepts a version of the terms: they bind.',
  {
    target: named,
    owners: { by: 'STATE', of: sideOf },
  },
)
mutation(
  'endPartnership',
  'EndPartnership',
  'Nothing new is sold under these terms after the instant named.',
  {
    target: named,
    owners: { by: 'STATE', of: sideOf },
  },
)
