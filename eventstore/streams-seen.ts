/** The other streams that a decision looked at, and where they ended. */
import { canonicalJson } from '../platform/canonical.ts'

/** A stream by its name. */
export interface NamedStream {
  readonly stream: string
  /** `"name":revision` as canonical JSON. @throws {TypeError} for a name that JSON has no place for */
  seenText(revision: number): string
}

export const seenText = (stream: string, revision: number): string => `${canonicalJson(stream)}:${revision}`

export class StreamsSeen {
  /** Sorted by name, so that the text is canonical as it is written. */
  readonly #names: string[] = []
  readonly #texts: string[] = []

  get size(): number {
    return this.#names.length
  }

  /** Of a stream looked at twice the last look counts. @throws {TypeError} for a name that JSON has no place for */
  see(stream: NamedStream, revision: number): void {
    const name = stream.stream
    const text = stream.seenText(revision)
    const place = this.#placeOf(name)
    if (this.#names[place] !== name) this.#makeRoom(place)
    this.#names[place] = name
    this.#texts[place] = text
  }

  #makeRoom(place: number): void {
    for (let at = this.#names.length; at > place; at -= 1) {
      this.#names[at] = this.#names[at - 1] ?? ''
      this.#texts[at] = this.#texts[at - 1] ?? ''
    }
  }

  /** Canonical JSON of the revisions by stream. */
  get text(): string {
    return `{${this.#texts.join(',')}}`
  }

  /** The index of the first name that is not before this one. */
  #placeOf(name: string): number {
    let low = 0
    let high = this.#names.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#names[middle] ?? '') < name) low = middle + 1
      else high = middle
    }
    return low
  }
}
