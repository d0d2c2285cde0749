/** The other streams that a decision looked at, and where they ended. */
import { canonicalJson } from '../platform/canonical.ts'

/** Text that JSON writes as it is. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

const quoted = (name: string): string => (plain.test(name) ? `"${name}"` : canonicalJson(name))

export class StreamsSeen {
  /** Sorted, so that the text is canonical as it is written. */
  readonly #streams: string[] = []
  readonly #revisions: number[] = []

  get size(): number {
    return this.#streams.length
  }

  /** Of a stream looked at twice the last look counts. */
  see(stream: string, revision: number): void {
    const at = this.#placeOf(stream)
    if (this.#streams[at] === stream) this.#revisions[at] = revision
    else {
      this.#streams.splice(at, 0, stream)
      this.#revisions.splice(at, 0, revision)
    }
  }

  /** Canonical JSON of the revisions by stream. @throws {TypeError} for a name that JSON has no place for */
  get text(): string {
    let text = '{'
    for (const [index, stream] of this.#streams.entries())
      text += `${index === 0 ? '' : ','}${quoted(stream)}:${this.#revisions[index]}`
    return `${text}}`
  }

  /** The index of the first name that is not before this one. */
  #placeOf(stream: string): number {
    let low = 0
    let high = this.#streams.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#streams[middle] ?? '') < stream) low = middle + 1
      else high = middle
    }
    return low
  }
}
