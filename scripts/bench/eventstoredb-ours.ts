/** Child: appends through the adapter, 256 in flight. */

import { inParallel } from '../../app/commander.ts'
import { filesIn } from '../../app/data-folder.ts'
import { openEventStoreDb } from '../../eventstore/eventstoredb/eventstoredb-event-store.ts'
import { answerQuestions } from './child.ts'
import { inFlight, readLoad } from './eventstoredb-load.ts'

const [folder = '', url = ''] = process.argv.slice(2)
const load = await readLoad(filesIn(folder).log)
const store = await openEventStoreDb(url)

answerQuestions(
  async (question) => {
    const [round = '', count = ''] = question.split(' ')
    const appends = load.appendsOf('ours', round, Number(count))
    global.gc?.()
    const start = performance.now()
    await inParallel(appends, inFlight, async (append) => {
      await store.append(append)
    })
    const milliseconds = performance.now() - start
    return { events: appends.reduce((sum, { events }) => sum + events.length, 0), milliseconds }
  },
  () => store.close(),
)
