import { describe } from 'vitest'
import { generationsContract } from './document-store.generations.ts'
import type { DocumentStoreHarness } from './document-store.kit.ts'
import { leasesContract } from './document-store.leases.ts'
import { queriesContract } from './document-store.queries.ts'
import { writesContract } from './document-store.writes.ts'

/** What every document store must do, whatever its engine: see the port, `projections/documents.ts`. */
export const documentStoreContract = (harness: DocumentStoreHarness): void => {
  describe(`document store contract: ${harness.name}`, () => {
    writesContract(harness)
    queriesContract(harness)
    generationsContract(harness)
    leasesContract(harness)
  })
}
