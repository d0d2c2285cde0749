import { describe } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Why a whole suite is skipped, and what to do so that it runs. */
    skipped?: string
  }
}

/** Something outside of this project that a suite stands on. */
export interface Need {
  /** What is missing and what to install or set; null where it is there. */
  readonly missing: string | null
}

/** A suite that is skipped, counted and told with its reason, where something that it needs is missing. */
export const describeWith = (needs: readonly Need[], name: string, body: () => void): void => {
  const missing = needs.flatMap((need) => need.missing ?? [])
  if (missing.length === 0) describe(name, body)
  else describe(name, { skip: true, meta: { skipped: missing.join('; ') } }, body)
}
