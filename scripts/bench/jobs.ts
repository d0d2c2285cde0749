/** `jobs.bullmq` and `jobs.embedded`: what of an engine's own speed is left to durable jobs through the port of jobs. */
import { join } from 'node:path'
import { type Child, startLikeProduct } from './child.ts'
import { type BenchContext, type Figure, type Measured, median, type Round } from './figure.ts'
import { jobsInFlight } from './jobs-load.ts'
import { redisProgram, startBenchRedis } from './redis.ts'

const perSecond = ({ jobs = 0, milliseconds = 1 }: Readonly<Record<string, number>>): number =>
  (jobs / milliseconds) * 1_000

const compare = async (
  { name, atLeast }: Pick<Figure, 'name' | 'atLeast'>,
  { sizes }: BenchContext,
  ours: Child,
  own: Child,
): Promise<Measured> => {
  const rounds: Round[] = []
  for (let round = 0; round <= sizes.rounds; round++) {
    const mine = perSecond(await ours.ask(`${round} ${sizes.purchases}`))
    const theirs = perSecond(await own.ask(`${round} ${sizes.purchases}`))
    // The first round warms both up.
    if (round > 0) rounds.push({ ours: mine, limit: theirs, ratio: mine / theirs })
  }
  await ours.end()
  await own.end()
  return {
    name,
    atLeast,
    ratio: median(rounds.map(({ ratio }) => ratio)),
    unit: 'jobs/s',
    rounds,
    notes: { inFlight: jobsInFlight },
  }
}

export const jobsBullmq: Figure = {
  name: 'jobs.bullmq',
  atLeast: 0.8,
  missing: () =>
    redisProgram() === null
      ? 'there is no redis-server on the path (Debian: apt-get install redis-server)'
      : null,
  measure: async (context) => {
    const redis = await startBenchRedis(redisProgram() ?? '', join(context.folder, 'redis'))
    try {
      const ours = startLikeProduct('./jobs-ours.ts', 'bullmq', redis.url)
      return await compare(jobsBullmq, context, ours, startLikeProduct('./jobs-bullmq-own.ts', redis.url))
    } finally {
      await redis.end()
    }
  },
}

export const jobsEmbedded: Figure = {
  name: 'jobs.embedded',
  atLeast: 0.3,
  measure: (context) =>
    compare(
      jobsEmbedded,
      context,
      startLikeProduct('./jobs-ours.ts', 'sqlite', join(context.folder, 'jobs.db')),
      startLikeProduct('./jobs-sqlite-raw.ts', join(context.folder, 'jobs-raw.db')),
    ),
}
