/** The commands that a stream remembers, so that each is done once. */

/** A command that was done: what it asked, and the revisions of its first and last event. */
export interface DoneCommand {
  readonly payloadHash: string
  readonly first: number
  readonly last: number
}

/** How many commands a stream remembers. Older ones are told apart by the business keys in the state. */
export const rememberedCommands = 1_000

/**
 * The last commands of one stream by id. Folded from the events' metadata, so it is the same whoever wrote
 * them, and rests on nothing beside the log.
 */
export class DoneCommands {
  /** Most streams have none, or one for long: a map is made for the second. */
  #only: readonly [id: string, command: DoneCommand] | null = null
  #commands: Map<string, DoneCommand> | null = null
  /** The ids in a ring, `#next` being the oldest once it is full. */
  readonly #order: string[] = []
  #next = 0

  get size(): number {
    if (this.#commands !== null) return this.#commands.size
    return this.#only === null ? 0 : 1
  }

  get(commandId: string): DoneCommand | undefined {
    if (this.#commands !== null) return this.#commands.get(commandId)
    return this.#only?.[0] === commandId ? this.#only[1] : undefined
  }

  /** Those that are remembered, in no order. */
  entries(): Iterable<readonly [id: string, command: DoneCommand]> {
    return this.#commands ?? (this.#only === null ? [] : [this.#only])
  }

  /** Takes the next event of the stream. Events of one command stand side by side. */
  add(commandId: string, payloadHash: string, revision: number): void {
    const known = this.get(commandId)
    if (known === undefined) this.set(commandId, { payloadHash, first: revision, last: revision })
    else if (known.last === revision - 1) this.set(commandId, { ...known, last: revision })
  }

  /** Takes a whole command, whether or not its events were added one by one already. */
  set(commandId: string, command: DoneCommand): void {
    if (this.#commands === null) {
      if (this.#only === null || this.#only[0] === commandId) {
        this.#only = [commandId, command]
        return
      }
      this.#commands = new Map()
      this.#keep(this.#commands, this.#only[0], this.#only[1])
    }
    this.#keep(this.#commands, commandId, command)
  }

  #keep(commands: Map<string, DoneCommand>, commandId: string, command: DoneCommand): void {
    const known = commands.has(commandId)
    commands.set(commandId, command)
    if (known) return
    const oldest = this.#order[this.#next]
    if (oldest !== undefined) commands.delete(oldest)
    this.#order[this.#next] = commandId
    this.#next = (this.#next + 1) % rememberedCommands
  }
}
