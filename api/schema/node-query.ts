/** Anything by its id: the id's prefix says what it names, and that thing's own rule whether it may be seen. */

import type { DocumentReader } from '../../projections/documents.ts'
import { bundleById, offerById } from '../../projections/queries/catalogue.ts'
import {
  campaignById,
  communityById,
  partnerById,
  partnershipById,
  segmentById,
} from '../../projections/queries/directory.ts'
import { factById } from '../../projections/queries/intake.ts'
import { membershipById } from '../../projections/queries/members.ts'
import { purchaseOf } from '../../projections/queries/purchases.ts'
import type { Scope } from '../../projections/queries/scope.ts'
import { catalogueView } from '../../projections/views/catalogue.ts'
import { directory } from '../../projections/views/directory.ts'
import { intake } from '../../projections/views/intake.ts'
import { membersView } from '../../projections/views/members.ts'
import { purchaseList } from '../../projections/views/purchases.ts'
import { nothing, reachesNothing, reachUnder } from '../auth/reach.ts'
import { roleTable } from '../auth/role-table.ts'
import { readArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { readView } from '../graphql/reading.ts'
import { NodeType, nodeTypes } from './node.ts'

interface Kind {
  readonly type: string
  readonly view: string
  readonly rule: keyof typeof roleTable
  readonly find: (reader: DocumentReader, scope: Scope, id: string) => Promise<object | null>
}

const kinds: Readonly<Record<string, Kind>> = {
  partner: { type: 'Partner', view: directory.name, rule: 'Query.partner', find: partnerById },
  community: { type: 'Community', view: directory.name, rule: 'Query.community', find: communityById },
  segment: { type: 'Segment', view: directory.name, rule: 'Query.segment', find: segmentById },
  partnership: {
    type: 'Partnership',
    view: directory.name,
    rule: 'Query.partnership',
    find: partnershipById,
  },
  campaign: { type: 'Campaign', view: directory.name, rule: 'Query.campaigns', find: campaignById },
  membership: { type: 'Membership', view: membersView.name, rule: 'Query.membership', find: membershipById },
  offer: { type: 'Offer', view: catalogueView.name, rule: 'Query.offer', find: offerById },
  bundle: { type: 'Bundle', view: catalogueView.name, rule: 'Query.bundle', find: bundleById },
  purchase: { type: 'Purchase', view: purchaseList.name, rule: 'Query.purchase', find: purchaseOf },
  fact: { type: 'ParkedFact', view: intake.name, rule: 'Query.fact', find: factById },
}

builder.queryField('node', (t) =>
  t.field({
    type: NodeType,
    nullable: true,
    description: 'Anything by its id; null where there is none that you may see.',
    args: { id: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { id, minPosition }, context) => {
      const kind = kinds[id.slice(0, Math.max(0, id.lastIndexOf('_')))]
      const reach =
        kind === undefined ? nothing : reachUnder(roleTable[kind.rule], context.principal?.grants ?? [])
      if (kind === undefined || reachesNothing(reach)) return null
      const { value } = await readView(context, kind.view, minPosition, (reader) =>
        kind.find(reader, reach, id),
      )
      if (value !== null) nodeTypes.set(value, kind.type)
      return value
    },
  }),
)
