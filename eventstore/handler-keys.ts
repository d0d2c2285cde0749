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
  /** Null while there are none: many streams that are kept do not exist. */
  #commands: Map<string, DoneCommand> | null = null
  /** The ids in a ring, `#next` being the oldest once it is full. */
  readonly #order: string[] = []
  #next = 0

  get size(): number {
    return this.#commands === null ? 0 : this.#commands.size
  }

  get(commandId: string): DoneCommand | undefined {
    return this.#commands?.get(commandId)
  }

  /** Takes the next event of the stream. Events of one command stand side by side. */
  add(commandId: string, payloadHash: string, revision: number): void {
    const known = this.get(commandId)
    if (known === undefined) this.set(commandId, { payloadHash, first: revision, last: revision })
    else if (known.last === revision - 1) this.set(commandId, { ...known, last: revision })
  }

  /** Takes a whole command, whether or not its events were added one by one already. */
  set(commandId: string, command: DoneCommand): void {
    this.#commands ??= new Map()
    const known = this.#commands.has(commandId)
    this.#commands.set(commandId, command)
    if (known) return
    const oldest = this.#order[this.#next]
    if (oldest !== undefined) this.#commands.delete(oldest)
    this.#order[this.#next] = commandId
    this.#next = (this.#next + 1) % rememberedCommands
  }
}
