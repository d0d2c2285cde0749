/** Child: the same events appended with the client alone, 256 in flight, built before the clock starts. */
import { EventStoreDBClient, type JSONEventData, NO_STREAM } from '@eventstore/db-client'
import { inParallel } from '../../app/commander.ts'
import { filesIn } from '../../app/data-folder.ts'
import type { Append } from '../../eventstore/port.ts'
import { engineId } from '../../eventstore/seal.ts'
import { answerQuestions } from './child.ts'
import { inFlight, readLoad } from './eventstoredb-load.ts'

const [folder = '', url = ''] = process.argv.slice(2)
const load = await readLoad(filesIn(folder).log)
const client = EventStoreDBClient.connectionString(url)
// Many first appends on a cold connection hang.
await client.appendToStream('bench-warm', [], { expectedRevision: NO_STREAM })

const eventsOf = ({ events }: Append): JSONEventData[] =>
  events.map(({ hash, type, data, metadata }) => ({
    id: engineId(hash),
    type,
    contentType: 'application/json',
    data: JSON.parse(data),
    metadata: JSON.parse(metadata),
  }))

answerQuestions(
  async (question) => {
    const [round = '', count = ''] = question.split(' ')
    const appends = load
      .appendsOf('raw', round, Number(count))
      .map((append) => ({ stream: append.stream, events: eventsOf(append) }))
    global.gc?.()
    const start = performance.now()
    await inParallel(appends, inFlight, async ({ stream, events }) => {
      await client.appendToStream(stream, events, { expectedRevision: NO_STREAM })
    })
    const milliseconds = performance.now() - start
    return { events: appends.reduce((sum, { events }) => sum + events.length, 0), milliseconds }
  },
  () => client.dispose(),
)
