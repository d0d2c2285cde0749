/** The jobs that both sides of a figure are given. */
import { derivedId, newId, uuidOf } from '../../platform/ids.ts'
import type { NewJob } from '../../workers/queue.ts'

export const deploymentId = newId('deployment')
export const jobsInFlight = 256

export const fail = (error: unknown): never => {
  throw error
}

const webhookId = newId('webhook')

/** As deliveries of events are: named by ids derived from what caused them, a few hundred bytes. */
export const benchJobs = (round: string, count: number): readonly NewJob[] =>
  Array.from({ length: count }, (_, n) => ({
    id: derivedId('job', uuidOf(deploymentId), round, String(n)),
    name: 'webhook.deliver',
    data: JSON.stringify({
      webhookId,
      event: `purchase-${newId('purchase')}@${n % 7}`,
      kind: 'PaymentCaptured',
      attempt: { first: '2026-07-01T00:00:00.000Z', correlation: newId('correlation') },
    }),
  }))
