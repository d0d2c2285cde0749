/** Bundles: a community's compositions of offers of several partners, each of which accepts its part. */
import { type BundleCommand, bundleCommand } from '../../domain/bundle/commands.ts'
import type { BundleState } from '../../domain/bundle/state.ts'
import * as shape from '../../domain/events/shapes.ts'
import {
  acceptances,
  type BundleDocument,
  type BundleVersionDocument,
  bundleStatuses,
  bundles,
  catalogueView,
} from '../../projections/views/catalogue.ts'
import { type Reach, reaches } from '../auth/reach.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { loadAfter } from '../graphql/load.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { definePayload } from '../graphql/outcome.ts'
import { NodeType } from './node.ts'

type Component = BundleVersionDocument['components'][number] & { readonly currency: string }

const ComponentType = builder.objectRef<Component>('BundleComponent').implement({
  description: 'A part of a bundle: so many of one version of an offer, for one amount.',
  fields: (t) => ({
    component: t.int({ resolve: ({ part }) => part.component }),
    partnerId: t.id({ resolve: ({ part }) => part.partnerId }),
    offerId: t.id({ resolve: ({ part }) => part.offerId }),
    offerVersion: t.int({ resolve: ({ part }) => part.offerVersion }),
    category: t.string({ resolve: ({ part }) => part.category }),
    quantity: t.int({ resolve: ({ part }) => part.quantity }),
    listPrice: t.field({
      type: MoneyType,
      resolve: ({ part, currency }) => moneyOf(part.listPrice, currency),
    }),
    amount: t.field({
      type: MoneyType,
      description: 'What one bundle pays for all units of it.',
      resolve: ({ part, currency }) => moneyOf(part.amount, currency),
    }),
    discount: t.field({
      type: MoneyType,
      description: 'What that is below list.',
      resolve: ({ part, currency }) => moneyOf(part.discount, currency),
    }),
    discountBearer: t.id({
      description: 'A partner, a community, or platform.',
      resolve: ({ part }) => part.discountBearer,
    }),
    acceptance: t.field({
      type: enumNamed('Acceptance', acceptances),
      resolve: ({ acceptance }) => acceptance,
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it was declined.' }),
  }),
})

const BundleVersionType = builder.objectRef<BundleVersionDocument>('BundleVersion').implement({
  fields: (t) => ({
    version: t.exposeInt('version', {
      description: 'That of the latest is for `expectedVersion` of reviseBundle.',
    }),
    composedBy: t.exposeID('composedBy'),
    name: t.exposeString('name'),
    price: t.field({ type: MoneyType, resolve: ({ price, currency }) => moneyOf(price, currency) }),
    allocation: t.exposeString('allocation', { description: 'How the price is given to the components.' }),
    segmentIds: t.idList({ resolve: ({ segments }) => [...segments] }),
    components: t.field({
      type: [ComponentType],
      resolve: ({ components, currency }) => components.map((component) => ({ ...component, currency })),
    }),
  }),
})

const versionAt = ({ versions }: BundleDocument, wanted: number | null): BundleVersionDocument | null =>
  versions.find(({ version }) => version === wanted) ?? null

export const BundleType = builder.objectRef<BundleDocument>('Bundle').implement({
  description: 'A composition of offers. With two partners or more, a cross-brand offer.',
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('bundle'),
    communityId: t.exposeID('community'),
    status: t.field({ type: enumNamed('BundleStatus', bundleStatuses), resolve: ({ status }) => status }),
    name: t.exposeString('name'),
    partners: t.exposeInt('partners', { description: 'How many partners the latest version has.' }),
    launched: t.field({
      type: BundleVersionType,
      nullable: true,
      description: 'The version that sells, or sold last.',
      resolve: (bundle) => versionAt(bundle, bundle.launchedVersion),
    }),
    latest: t.field({
      type: BundleVersionType,
      nullable: true,
      description: 'The latest version: a draft until it is launched.',
      resolve: (bundle) => versionAt(bundle, bundle.latestVersion),
    }),
    composedAt: t.field({ type: 'DateTime', resolve: ({ composedAt }) => composedAt }),
    changedAt: t.field({ type: 'DateTime', resolve: ({ changedAt }) => changedAt }),
    retiredFor: t.exposeString('retiredFor', { nullable: true, description: 'Why it was retired.' }),
  }),
})

const BundlePayload = definePayload('BundlePayload', (t) => ({
  bundle: t.field({
    type: BundleType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, catalogueView.name, bundles, outcome),
  }),
}))

const mutation = mutationsOn({
  decider: (model) => model.bundle,
  commands: bundleCommand,
  payload: BundlePayload,
})

const named = { kind: 'NAMED', input: 'bundleId', id: shape.bundleId, thing: 'bundle' } as const
const ofCommunity = {
  by: 'STATE',
  of: ({ communityId }: BundleState) => (communityId === null ? [] : [communityId]),
} as const
/** Answered in the name of a partner that is in the latest version, so by whoever may act for that one. */
const ofPartner = {
  by: 'STATE',
  of: ({ versions }: BundleState, { partnerId }: { readonly partnerId: string }) =>
    versions.at(-1)?.components.some((component) => component.partnerId === partnerId) ? [partnerId] : [],
} as const
const now = {
  defaulted: ['at'],
  fill: ({ input, now: at }: { readonly input: Readonly<Record<string, unknown>>; readonly now: string }) =>
    input.at == null ? { at } : {},
}

/** Who bears a discount has to agree to it: the platform, or the community, by somebody who may act for it. */
const borneByConsent = (
  {
    communityId,
    components,
  }: Pick<Extract<BundleCommand, { type: 'ComposeBundle' }>, 'communityId' | 'components'>,
  reach: Reach,
): { readonly message: string; readonly path: readonly (string | number)[] } | null => {
  for (const [index, { discountBearer }] of components.entries()) {
    const path = ['components', index, 'discountBearer']
    if (discountBearer === 'PLATFORM' && !reach.all)
      return { message: 'Only a role for the platform may let the platform bear a discount.', path }
    if (discountBearer === 'COMMUNITY' && !reaches(reach, [communityId]))
      return { message: 'Only a role for the community may let the community bear a discount.', path }
  }
  return null
}

mutation('composeBundle', 'ComposeBundle', 'Composes offers of several partners, as a draft.', {
  target: {
    kind: 'NEW',
    prefix: 'bundle',
    property: 'bundleId',
    within: ({ communityId, composedBy }) => [String(communityId), String(composedBy)],
  },
  owners: { by: 'COMMAND', of: ({ composedBy }) => [composedBy], path: 'composedBy' },
  consents: borneByConsent,
  key: 'REQUIRED',
  ...now,
})
mutation('reviseBundle', 'ReviseBundle', 'States the next version, as a draft. The launched one sells on.', {
  target: named,
  owners: {
    by: 'STATE',
    of: ({ composedBy }, command) => (composedBy === command.composedBy ? [composedBy] : []),
  },
  consents: borneByConsent,
  key: 'REQUIRED',
  filled: ['communityId'],
  defaulted: ['at'],
  fill: async ({ services: { handler, model }, streamId, input, now: at }) => {
    const { state } = await handler.read(model.bundle, streamId)
    return { communityId: state.communityId, bundleId: streamId, ...(input.at == null ? { at } : {}) }
  },
})
mutation(
  'acceptComponent',
  'AcceptComponent',
  'The partner accepts its part: this version of the bundle, this version of the offer, this amount.',
  { target: named, owners: ofPartner },
)
mutation('declineComponent', 'DeclineComponent', 'The partner declines its part.', {
  target: named,
  owners: ofPartner,
})
mutation('launchBundle', 'LaunchBundle', 'This version sells from now on; the one before does not.', {
  target: named,
  owners: ofCommunity,
})
mutation('retireBundle', 'RetireBundle', 'The bundle sells no more.', { target: named, owners: ofCommunity })
