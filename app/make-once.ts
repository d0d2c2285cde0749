/** What one process makes for all that were started on the same folder. */
import { setTimeout as sleep } from 'node:timers/promises'
import { LeaseKeeper, leaseByName } from '../projections/lease-keeper.ts'
import type { Tributary } from './tributary.ts'

/** Makes it where it `isNeeded`; while another process does, waits, and asks again. */
export const makeOnce = async (
  { documents: { leases } }: Pick<Tributary, 'documents'>,
  name: string,
  isNeeded: () => Promise<boolean>,
  make: () => Promise<void>,
): Promise<void> => {
  const keeper = new LeaseKeeper({ leases, role: 'command line' })
  await keeper.start()
  try {
    const lease = leaseByName(leases, name)
    for (;;) {
      const token = await keeper.claim(lease)
      if (token === null) {
        await sleep(keeper.beatMs)
        continue
      }
      try {
        if (await isNeeded()) await make()
      } finally {
        await lease.release(token)
      }
      return
    }
  } finally {
    await keeper.stop()
  }
}
