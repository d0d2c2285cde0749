/** A connection to a log that fails when it is told to. */
import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** When its `COMMIT` reports an error of the disk: before the engine has it, or after. */
export type Failure = 'none' | 'before' | 'after'

/** A connection whose COMMIT asks `nextFailure` each time. */
export class FailingDatabase extends DatabaseSync {
  nextFailure: () => Failure = () => 'none'

  override prepare(sql: string): StatementSync {
    const statement = super.prepare(sql)
    if (sql !== 'COMMIT') return statement
    return new Proxy(statement, {
      get: (target, property) =>
        property === 'run' ? () => this.#commit(target) : Reflect.get(target, property),
    })
  }

  #commit(statement: StatementSync): void {
    const failure = this.nextFailure()
    if (failure !== 'before') statement.run()
    if (failure !== 'none') throw Object.assign(new Error('disk I/O error'), { errcode: 1034 })
  }
}
