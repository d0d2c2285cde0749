/** Webhooks, to be listed: each organisation sees its own, the platform all. */
import type { DocumentReader } from '../documents.ts'
import { type WebhookDocument, webhooks } from '../views/webhooks.ts'
import { findPage, type Page, type PageRequest } from './page.ts'
import { checkScope, type Scope } from './scope.ts'

/** By when they were subscribed, latest first. `organisation` null: any. @throws {OutOfScope | InvalidPage} */
export const findWebhooks = async (
  reader: DocumentReader,
  scope: Scope,
  organisation: string | null,
  request: PageRequest,
): Promise<Page<WebhookDocument>> => {
  if (organisation !== null) checkScope(scope, organisation)
  const own = scope.all ? {} : { organisation: [...scope.organisations].sort() }
  const where = organisation === null ? own : { organisation: [organisation] }
  const query = { where, order: ['subscribedAt'], descending: true }
  return findPage(reader, webhooks, query, request, (each) => each)
}
