/** Names of input types and enums that several commands share, and inputs that are not as their commands are. */

import { bundleCommand } from '../../domain/bundle/commands.ts'
import { communityCommand } from '../../domain/community.ts'
import { offerFacts } from '../../domain/events/catalog-items.ts'
import { consentPurpose } from '../../domain/events/members.ts'
import { standardEvidence } from '../../domain/events/organisations.ts'
import { accessRole, taxonomyEvents } from '../../domain/events/platform.ts'
import * as shape from '../../domain/events/shapes.ts'
import { partnershipCommand } from '../../domain/partnership.ts'
import { payment, placedLine, purchaseCommand, recordedLine } from '../../domain/purchase/commands.ts'
import { schemaAt, variantOf } from './command-variant.ts'
import { type InputField, type InputNode, nameInput, replaceInput } from './input-node.ts'
import { isRecord } from './input-value.ts'

nameInput(shape.source, 'SourceInput')
nameInput(shape.target, 'TargetInput')
nameInput(shape.sharer, 'SharerInput')
nameInput(shape.segmentDefinition, 'SegmentDefinitionInput')
nameInput(shape.segmentRule, 'SegmentRuleInput')
nameInput(shape.stage, 'MemberStage')
nameInput(shape.side, 'Side')
nameInput(shape.trafficSource, 'TrafficSource')
nameInput(shape.attributionModel, 'AttributionModel')
nameInput(shape.fallbackRole, 'FallbackRole')
nameInput(accessRole, 'Role')
nameInput(consentPurpose, 'ConsentPurpose')
nameInput(standardEvidence, 'StandardEvidenceInput')
nameInput(offerFacts, 'OfferFactsInput')
nameInput(payment, 'PaymentInput')
nameInput(placedLine, 'PlacedLineInput')
nameInput(recordedLine, 'RecordedLineInput')

nameInput(schemaAt(variantOf(communityCommand, 'FoundCommunity'), 'attribution'), 'AttributionPolicyInput')
nameInput(schemaAt(variantOf(bundleCommand, 'ComposeBundle'), 'components'), 'ComponentInput')
nameInput(
  schemaAt(variantOf(bundleCommand, 'ComposeBundle'), 'components', 'discountBearer'),
  'DiscountBearer',
)
nameInput(schemaAt(variantOf(bundleCommand, 'ComposeBundle'), 'allocation'), 'BundleAllocation')
nameInput(
  schemaAt(offerFacts, 'stock'),
  'StockPolicyInput',
  'Told, not enforced: a count is shown to the partner as it was stated, no sale takes from it, and none is refused for want of stock.',
)
nameInput(schemaAt(recordedLine, 'kind'), 'LineKind')
nameInput(schemaAt(recordedLine, 'tax'), 'TaxInput')
nameInput(
  schemaAt(recordedLine, 'discounts'),
  'DiscountInput',
  "Of a whole line, and who bears it: the line's partner, the community, or the platform, which only a role for the platform may state. A line whose own partner is said to bear one is flagged BEARER_UNCONFIRMED, since no partner agreed to it.",
)
nameInput(schemaAt(recordedLine, 'offer'), 'OfferVersionInput')

const terms = schemaAt(variantOf(partnershipCommand, 'ProposePartnership'), 'terms')
nameInput(terms, 'TermsInput')
nameInput(schemaAt(terms, 'rates'), 'RateInput')
nameInput(schemaAt(terms, 'rates', 'base'), 'PoolBase')
nameInput(schemaAt(terms, 'rates', 'hold'), 'HoldInput')
nameInput(schemaAt(terms, 'rates', 'hold', 'from'), 'HoldFrom')
nameInput(schemaAt(terms, 'rates', 'division'), 'PoolPartInput')
nameInput(schemaAt(terms, 'rates', 'division', 'role'), 'AskedPoolRole')

const refund = schemaAt(variantOf(purchaseCommand, 'RefundPurchase'), 'lines')
nameInput(refund, 'RefundLineInput')

const text: InputField = { node: { kind: 'scalar', scalar: 'String' }, required: true, emptyByDefault: false }

const translations: InputNode = {
  kind: 'list',
  of: {
    kind: 'object',
    name: 'TranslationInput',
    fields: new Map([
      ['language', { ...text, description: 'A language tag: en, zh-Hans.' }],
      ['text', text],
    ]),
  },
}

/** Names by language stand as a list, since GraphQL has no maps. */
replaceInput(taxonomyEvents.CategoryDefined.data.shape.names, translations, (value) =>
  Array.isArray(value)
    ? Object.fromEntries(
        value.flatMap((item: unknown) =>
          isRecord(item) ? [[String(item.language), item.text] as const] : [],
        ),
      )
    : value,
)
