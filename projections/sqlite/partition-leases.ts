/** The leases of a generation's partitions, in its own file: so a write and the look at its lease are one transaction. */
import { type Hold, LeaseLost, type LeaseState } from '../leases.ts'
import type { Connection } from './connection.ts'
import { leaseOf } from './rows.ts'

export const partitionLease = (connection: Connection, partition: number): LeaseState =>
  leaseOf(
    connection.run(() =>
      connection.prepare('SELECT owner, token FROM lease WHERE partition = ?').get(partition),
    ),
  )

/** Within a transaction. @throws {LeaseLost} */
export const checkHold = (connection: Connection, generation: string, { partition, token }: Hold): void => {
  const found = partitionLease(connection, partition).token
  if (found !== token) throw new LeaseLost(`${generation}/${partition}`, token, found)
}

/** Within a transaction. The new token, or null where it is not at `over` any more. */
export const claimPartition = (
  connection: Connection,
  partition: number,
  owner: string,
  over: number,
): number | null => {
  if (partitionLease(connection, partition).token !== over) return null
  connection
    .prepare(
      `INSERT INTO lease (partition, owner, token) VALUES (?, ?, ?)
        ON CONFLICT (partition) DO UPDATE SET owner = excluded.owner, token = excluded.token`,
    )
    .run(partition, owner, over + 1)
  return over + 1
}

export const releasePartition = (connection: Connection, { partition, token }: Hold): void => {
  connection.run(() =>
    connection
      .prepare('UPDATE lease SET owner = NULL WHERE partition = ? AND token = ?')
      .run(partition, token),
  )
}
