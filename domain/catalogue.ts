/**
 * The event catalogue: one schema per event type and version. The one source of the TypeScript types, the JSON
 * Schemas, the AsyncAPI document and docs/events.md. Type names are stored: they are never renamed.
 */
import type { z } from 'zod'
import { bundleEvents, offerEvents } from './events/catalog-items.ts'
import type { EventDefinition } from './events/define.ts'
import {
  identityEvents,
  membershipEvents,
  personEvents,
  segmentEvents,
  segmentRollEvents,
} from './events/members.ts'
import { communityEvents, partnerEvents, partnershipEvents } from './events/organisations.ts'
import { accessEvents, deploymentEvents, taxonomyEvents } from './events/platform.ts'
import { intakeEvents, purchaseEvents } from './events/purchases.ts'
import { campaignEvents, journeyEvents, shareEvents } from './events/traffic.ts'
import { webhookEvents } from './events/webhooks.ts'

export const catalogue = {
  ...deploymentEvents,
  ...accessEvents,
  ...taxonomyEvents,
  ...partnerEvents,
  ...communityEvents,
  ...partnershipEvents,
  ...segmentEvents,
  ...segmentRollEvents,
  ...identityEvents,
  ...personEvents,
  ...membershipEvents,
  ...journeyEvents,
  ...campaignEvents,
  ...shareEvents,
  ...offerEvents,
  ...bundleEvents,
  ...purchaseEvents,
  ...intakeEvents,
  ...webhookEvents,
} as const

export type EventType = keyof typeof catalogue
export type DomainEvent = {
  [Type in EventType]: { readonly type: Type; readonly data: z.infer<(typeof catalogue)[Type]['data']> }
}[EventType]

const definitions: ReadonlyMap<string, EventDefinition<z.ZodType>> = new Map(Object.entries(catalogue))

/** Undefined: the type was written by a newer version, or is not one of ours. */
export const definitionOf = (type: string): EventDefinition<z.ZodType> | undefined => definitions.get(type)

export const isEventType = (type: string): type is EventType => definitions.has(type)
