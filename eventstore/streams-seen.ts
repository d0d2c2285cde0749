/** The other streams that a decision looked at, and where they ended. */

/** A stream by its name, which is also given as canonical JSON. */
export interface NamedStream {
  readonly stream: string
  readonly quoted: string
}

export class StreamsSeen {
  /** Sorted by name, so that the text is canonical as it is written. */
  readonly #streams: NamedStream[] = []
  readonly #revisions: number[] = []

  get size(): number {
    return this.#streams.length
  }

  /** Of a stream looked at twice the last look counts. */
  see(stream: NamedStream, revision: number): void {
    const at = this.#placeOf(stream.stream)
    if (this.#streams[at]?.stream === stream.stream) this.#revisions[at] = revision
    else {
      this.#streams.splice(at, 0, stream)
      this.#revisions.splice(at, 0, revision)
    }
  }

  /** Canonical JSON of the revisions by stream. @throws {TypeError} for a name that JSON has no place for */
  get text(): string {
    let text = '{'
    for (const [index, { quoted }] of this.#streams.entries())
      text += `${index === 0 ? '' : ','}${quoted}:${this.#revisions[index]}`
    return `${text}}`
  }

  /** The index of the first name that is not before this one. */
  #placeOf(name: string): number {
    let low = 0
    let high = this.#streams.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#streams[middle]?.stream ?? '') < name) low = middle + 1
      else high = middle
    }
    return low
  }
}
