/** Child: rebuilds all views of a data folder once, and says how long it took and what memory it ended with. */
import { createProjector } from '../../app/projector.ts'
import { openTributary } from '../../app/tributary.ts'
import { answerQuestions } from './child.ts'

const [folder = ''] = process.argv.slice(2)
const tributary = await openTributary({ folder })

answerQuestions(
  async () => {
    const projector = createProjector(tributary, (error) => {
      throw error
    })
    const start = performance.now()
    await projector.rebuild([])
    const milliseconds = performance.now() - start
    const rss = process.memoryUsage().rss
    const statuses = await projector.status()
    const events = Number((await tributary.store.head()) ?? 0)
    const documents = statuses.reduce((sum, { documentsWritten }) => sum + documentsWritten, 0)
    await projector.stop()
    return { milliseconds, rss, events, documents }
  },
  () => tributary.close(),
)
