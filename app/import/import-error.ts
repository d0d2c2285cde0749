/** An import that cannot begin or go on. The message says what is wrong, where, and what to do. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly file: string | null
  /** From 1; the line that a row begins on is given where it is known. */
  readonly line: number | null

  constructor(
    message: string,
    place: { readonly file: string; readonly line?: number | null } | null = null,
    cause?: unknown,
  ) {
    const where = place === null ? '' : `${place.file}${place.line ? `, line ${place.line}` : ''}: `
    super(`${where}${message}`, cause === undefined ? undefined : { cause })
    this.file = place?.file ?? null
    this.line = place?.line ?? null
  }
}
