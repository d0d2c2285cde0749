/** A bundle: a composition of offers of several partners, each of which accepts its own part. */
import type { BundleCommand, Composition, PartAnswer } from './bundle/commands.ts'
import { amountsOf, type CompositionContext, composedOf } from './bundle/compose.ts'
import { type BundleState, type BundleVersion, bundleAt, bundleSource, unaccepted } from './bundle/state.ts'
import { community } from './community.ts'
import { type Decider, type Read, Rejection, unreachable } from './decider.ts'
import type { BundleComponent, BundleEvent } from './events/catalog-items.ts'
import { type OfferState, offer } from './offer.ts'
import { type PartnerState, partner } from './partner.ts'
import { same } from './same.ts'
import { segments } from './segments.ts'

const partRef = ({ bundleId, communityId, version }: BundleVersion, component: BundleComponent) => ({
  bundleId,
  communityId,
  bundleVersion: version,
  component: component.component,
  partnerId: component.partnerId,
  offerId: component.offerId,
  offerVersion: component.offerVersion,
  amount: component.amount,
})

/** The composition, and with it the acceptance of the composer's own parts. */
const compose = (
  command: Composition,
  version: number,
  context: CompositionContext | null,
): readonly BundleEvent[] => {
  if (context === null) throw new TypeError('A bundle was composed without its context.')
  const { bundleId, communityId, composedBy, name, price, currency, allocation } = command
  const data: BundleVersion = {
    bundleId,
    communityId,
    composedBy,
    version,
    name,
    price,
    currency,
    allocation,
    segments: command.segments,
    components: composedOf(command, context),
  }
  const own = data.components.filter(({ partnerId }) => partnerId === composedBy)
  return [
    { type: command.type === 'ComposeBundle' ? 'BundleComposed' : 'BundleRevised', data },
    ...own.map((part): BundleEvent => ({ type: 'ComponentAccepted', data: partRef(data, part) })),
  ]
}

const askedBearer = (party: string, communityId: string) => {
  if (party === 'platform') return 'PLATFORM'
  return party === communityId ? 'COMMUNITY' : 'PARTNER'
}

/** Whether a version is what the command composes, so that asking for it again changes nothing. */
const isRepeat = (version: BundleVersion | null, command: Composition): boolean => {
  if (version === null || version.components.length !== command.components.length) return false
  const { name, price, currency, allocation, composedBy, communityId } = version
  const amounts = amountsOf(
    command,
    version.components.map(({ listPrice, quantity }) => listPrice * quantity),
  )
  return (
    same(
      [name, price, currency, allocation, composedBy, communityId, version.segments],
      [
        command.name,
        command.price,
        command.currency,
        command.allocation,
        command.composedBy,
        command.communityId,
        command.segments,
      ],
    ) &&
    same(
      version.components.map(({ offerId, offerVersion, quantity, amount, discountBearer }) => [
        offerId,
        offerVersion,
        quantity,
        amount,
        askedBearer(discountBearer, communityId),
      ]),
      command.components.map(({ offerId, offerVersion, quantity, discountBearer }, index) => [
        offerId,
        offerVersion,
        quantity,
        amounts[index],
        discountBearer,
      ]),
    )
  )
}

const changed = (state: BundleState, path: readonly string[]): Rejection =>
  new Rejection('VERSION_CHANGED', `The bundle is at version ${state.version} now. Look at it again.`, path, {
    version: state.version,
  })

const revise = (
  state: BundleState,
  command: Extract<Composition, { type: 'ReviseBundle' }>,
  context: CompositionContext | null,
): readonly BundleEvent[] => {
  const { expectedVersion } = command
  if (state.communityId !== command.communityId)
    throw new Rejection('NOT_ALLOWED', 'The bundle belongs to another community.', ['communityId'])
  if (state.composedBy !== command.composedBy)
    throw new Rejection('NOT_ALLOWED', 'Only who composed the bundle revises it.', ['composedBy'])
  if (state.version === expectedVersion + 1 && isRepeat(bundleAt(state, state.version), command)) return []
  if (state.status === 'RETIRED')
    throw new Rejection('WRONG_STATE', 'The bundle is retired. Compose another one.')
  if (state.version !== expectedVersion) throw changed(state, ['expectedVersion'])
  return compose(command, expectedVersion + 1, context)
}

const answer = (state: BundleState, command: PartAnswer): readonly BundleEvent[] => {
  const version = bundleAt(state, state.version)
  if (version === null || command.bundleVersion !== version.version) throw changed(state, ['bundleVersion'])
  const part = version.components.find(({ component }) => component === command.component)
  if (part === undefined)
    throw new Rejection('NOT_FOUND', `The bundle has no component ${command.component}.`, ['component'])
  if (part.partnerId !== command.partnerId)
    throw new Rejection('NOT_ALLOWED', 'Only the partner of a component answers for it.', ['partnerId'])
  if (part.offerVersion !== command.offerVersion || part.amount !== command.amount)
    throw new Rejection(
      'VERSION_CHANGED',
      `The component is version ${part.offerVersion} of its offer for ${part.amount}. Look at it again.`,
      [part.offerVersion === command.offerVersion ? 'amount' : 'offerVersion'],
      { offerVersion: part.offerVersion, amount: part.amount },
    )
  const answers = command.type === 'AcceptComponent' ? state.accepted : state.declined
  if (answers.includes(part.component)) return []
  if (state.status === 'RETIRED') throw new Rejection('WRONG_STATE', 'The bundle is retired.')
  if (state.launchedVersion === version.version)
    throw new Rejection('WRONG_STATE', 'This version is launched already. Withdraw the offer instead.')
  const data = partRef(version, part)
  return command.type === 'AcceptComponent'
    ? [{ type: 'ComponentAccepted', data }]
    : [{ type: 'ComponentDeclined', data: { ...data, reason: command.reason } }]
}

const launch = (
  state: BundleState,
  bundleId: string,
  communityId: string,
  version: number,
): readonly BundleEvent[] => {
  if (state.status === 'RETIRED')
    throw new Rejection('WRONG_STATE', 'The bundle is retired. Compose another one.')
  if (state.launchedVersion === version) return []
  if (state.version !== version) throw changed(state, ['version'])
  const missing = unaccepted(state).map(({ component }) => component)
  if (missing.length > 0)
    throw new Rejection(
      'COMPONENT_NOT_ACCEPTED',
      `Not accepted by their partners yet: component ${missing.join(', ')}.`,
      ['version'],
      { components: missing.join(',') },
    )
  return [{ type: 'BundleLaunched', data: { bundleId, communityId, version } }]
}

const decide = (
  state: BundleState,
  command: BundleCommand,
  context: CompositionContext | null,
): readonly BundleEvent[] => {
  if (command.type === 'ComposeBundle') {
    if (state.id === null) return compose(command, 1, context)
    if (isRepeat(bundleAt(state, 1), command)) return []
    throw new Rejection('KEY_REUSED', 'A bundle with this id was composed otherwise. Revise it instead.', [
      'bundleId',
    ])
  }
  const { id: bundleId, communityId } = state
  if (bundleId === null || communityId === null)
    throw new Rejection('NOT_FOUND', 'There is no such bundle. Compose it first.')
  switch (command.type) {
    case 'ReviseBundle':
      return revise(state, command, context)
    case 'AcceptComponent':
    case 'DeclineComponent':
      return answer(state, command)
    case 'LaunchBundle':
      return launch(state, bundleId, communityId, command.version)
    case 'RetireBundle':
      if (state.status === 'RETIRED') return []
      return [{ type: 'BundleRetired', data: { bundleId, communityId, reason: command.reason } }]
    default:
      return unreachable(command)
  }
}

const gather = async (command: BundleCommand, read: Read): Promise<CompositionContext | null> => {
  if (command.type !== 'ComposeBundle' && command.type !== 'ReviseBundle') return null
  const { composedBy, communityId } = command
  const offers: OfferState[] = []
  const partners: PartnerState[] = []
  for (const { offerId } of command.components) {
    const state = await read(offer, offerId)
    offers.push(state)
    partners.push(state.partnerId === null ? partner.initial : await read(partner, state.partnerId))
  }
  const held = command.segments.length === 0 ? [] : (await read(segments, communityId)).segments
  return {
    community: await read(community, communityId),
    composer: composedBy.startsWith('partner_') ? await read(partner, composedBy) : null,
    segments: new Set(held.filter(({ retired }) => !retired).map(({ id }) => id)),
    offers,
    partners,
  }
}

/** Stream `bundle-{bundle id}`. */
export const bundle: Decider<BundleState, BundleCommand, BundleEvent, CompositionContext | null> = {
  ...bundleSource,
  gather,
  decide,
}
