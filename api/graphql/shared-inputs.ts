/** Names of input types and enums that several commands share, and inputs that are not as their commands are. */
import { consentPurpose } from '../../domain/events/members.ts'
import { attributionPolicy, standardEvidence } from '../../domain/events/organisations.ts'
import { accessRole, taxonomyEvents } from '../../domain/events/platform.ts'
import * as shape from '../../domain/events/shapes.ts'
import { offerFacts } from '../../domain/events/catalog-items.ts'
import { payment, placedLine, recordedLine } from '../../domain/purchase/commands.ts'
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
nameInput(attributionPolicy, 'AttributionPolicyInput')
nameInput(standardEvidence, 'StandardEvidenceInput')
nameInput(offerFacts, 'OfferFactsInput')
nameInput(payment, 'PaymentInput')
nameInput(placedLine, 'PlacedLineInput')
nameInput(recordedLine, 'RecordedLineInput')

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
        value.flatMap((item: unknown) => (isRecord(item) ? [[String(item.language), item.text] as const] : [])),
      )
    : value,
)
