/** Child: rebuilds all views of a data folder once, and says how long it took and what memory it ended with. */
import { rebuildViews } from '../../app/rebuild.ts'
import { openTributary } from '../../app/tributary.ts'
import { answerQuestions } from './child.ts'

const [folder = '', eventStoreUrl = null] = process.argv.slice(2)
const tributary = await openTributary({ folder, eventStoreUrl })

answerQuestions(
  async () => {
    const start = performance.now()
    const documents = await rebuildViews(tributary, [])
    const milliseconds = performance.now() - start
    const rss = process.memoryUsage().rss
    const events = Number((await tributary.store.head()) ?? 0)
    return { milliseconds, rss, events, documents }
  },
  () => tributary.close(),
)
