import { type DocumentReader, type DocumentStore, GenerationGone } from './documents.ts'

/** There is no view to read yet: it was never built. Ask again later; readiness says when. */
export class ViewNotReady extends Error {
  override readonly name = 'ViewNotReady'
  readonly projection: string
  constructor(projection: string) {
    super(`The view ${projection} has not been built yet. Try again shortly.`)
    this.projection = projection
  }
}

/** Tries before a generation that keeps vanishing is an error: each needs a publish of its own, and a reader past its grace. */
const maxTries = 5

/**
 * Reads from the generation that is live now; begins again where it is replaced under a read that outlasts its grace.
 * @throws {ViewNotReady} before the first build
 */
export const readLive = async <T>(
  store: DocumentStore,
  projection: string,
  read: (reader: DocumentReader) => Promise<T>,
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    const live = await store.live(projection)
    if (!live) throw new ViewNotReady(projection)
    try {
      return await read(live)
    } catch (error) {
      if (!(error instanceof GenerationGone) || attempt === maxTries) throw error
    }
  }
}
