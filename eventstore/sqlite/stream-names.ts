/**
 * Which number a stream has. Streams not yet in the lagging index `stream_names` are held here; every one is
 * in the index, or held, or both. Why it lags is said with the tables, in schema.ts.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { integerAt, textAt } from './rows.ts'

/** Portion of a sweep per new stream: it ends before a quarter as many have arrived as it began with. */
const pace = 4

/** Names at hand when a sweep began, in the order of the index, and how many of them are in it by now. */
interface Sweep {
  readonly names: readonly (readonly [name: string, id: number])[]
  readonly through: number
  done: number
}

const byName = (a: readonly [string, number], b: readonly [string, number]): number => (a[0] < b[0] ? -1 : 1)

/** The look-ups of one connection. */
export class NameStatements {
  readonly indexed: StatementSync
  readonly through: StatementSync
  readonly after: StatementSync

  constructor(database: DatabaseSync) {
    this.indexed = database.prepare('SELECT id FROM stream_names WHERE name = ?')
    this.through = database.prepare('SELECT names_through FROM meta')
    this.after = database.prepare('SELECT id, name FROM streams WHERE id > ? ORDER BY id')
  }
}

export class StreamNames {
  /** Committed streams, in the order of their numbers. */
  readonly #held = new Map<string, number>()
  readonly #size: number
  #lastId = 0
  #through = 0
  #sweep: Sweep | null = null
  #portion = 0

  /** @param size how many names to hold before a sweep into the index begins */
  constructor(size: number) {
    this.#size = size
  }

  /** The highest number that a stream is known to have. */
  get lastId(): number {
    return this.#lastId
  }

  get held(): number {
    return this.#held.size
  }

  /** Takes over streams that other processes made, and forgets those that the index has. */
  refresh(statements: NameStatements): void {
    const meta = statements.through.get()
    if (meta !== undefined) this.#forget(integerAt(meta, 0))
    for (const row of statements.after.iterate(Math.max(this.#lastId, this.#through)))
      this.#hold(textAt(row, 1), integerAt(row, 0))
  }

  /** After COMMIT: takes over new streams, in the order of their numbers, the first being next to the last known one. */
  hold(arrived: readonly (readonly [name: string, id: number])[]): void {
    for (const [name, id] of arrived) if (id > this.#lastId) this.#hold(name, id)
  }

  /** The stream's number as last refreshed. */
  find(name: string, statements: NameStatements): number | undefined {
    const held = this.#held.get(name)
    if (held !== undefined) return held
    const row = statements.indexed.get(name)
    return row === undefined ? undefined : integerAt(row, 0)
  }

  /**
   * Within the writer's transaction: brings the index on by a portion, where a sweep is under way.
   * @param arrived how many streams the transaction makes
   */
  sweep(arrived: number, insert: Pick<StatementSync, 'run'>, setThrough: Pick<StatementSync, 'run'>): void {
    if (this.#sweep === null && this.#held.size >= this.#size)
      this.#sweep = { names: [...this.#held].sort(byName), through: this.#lastId, done: 0 }
    this.#portion = 0
    if (this.#sweep === null) return
    const { names, through, done } = this.#sweep
    const portion = names.slice(done, done + arrived * pace)
    for (const [name, id] of portion) insert.run(name, id)
    if (done + portion.length === names.length) setThrough.run(through)
    this.#portion = portion.length
  }

  /** After COMMIT of the transaction that `sweep` was called in: the index has what was put there. */
  swept(): void {
    if (this.#sweep === null) return
    this.#sweep.done += this.#portion
    if (this.#sweep.done < this.#sweep.names.length) return
    this.#forget(this.#sweep.through)
    this.#sweep = null
  }

  #hold(name: string, id: number): void {
    this.#held.set(name, id)
    this.#lastId = id
  }

  #forget(through: number): void {
    if (through <= this.#through) return
    this.#through = through
    for (const [name, id] of this.#held) {
      if (id > through) break
      this.#held.delete(name)
    }
  }
}
