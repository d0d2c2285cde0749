/** There is no projection of that name. */
export class UnknownProjection extends Error {
  override readonly name = 'UnknownProjection'
  constructor(projection: string, known: readonly string[]) {
    super(`There is no projection ${JSON.stringify(projection)}. There are ${known.join(', ')}.`)
  }
}
