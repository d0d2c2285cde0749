/** Child: the whole product over a data folder, with no limit on the rate of its callers. Answers with its port. */
import { defaultLimits } from '../../api/services.ts'
import { startServer } from '../../app/server.ts'
import { openTributary } from '../../app/tributary.ts'
import { readConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { answerQuestions } from './child.ts'

const [folder = ''] = process.argv.slice(2)
const tributary = await openTributary({ folder })
const unlimited = { points: 1e12, perSecond: 1e12 }
const server = await startServer(tributary, readConfig({}, { port: '0' }), createLogger({ level: 'error' }), {
  ...defaultLimits,
  bucket: unlimited,
})

answerQuestions(
  async () => {
    if (!(await server.projector.whenReady(3_600_000))) throw new Error('The views were not built.')
    return { port: Number(new URL(server.url).port) }
  },
  async () => {
    await server.close()
    await tributary.close()
  },
)
