/** Child: purchases through the command handler, 256 in flight, each durable when it is answered. */
import { openTributary } from '../../app/tributary.ts'
import { answerQuestions } from './child.ts'
import { fillTo, openMarket, sellMany } from './market.ts'

const [folder = ''] = process.argv.slice(2)
const tributary = await openTributary({ folder })
const market = await openMarket(tributary)
let sold = 1_000_000

answerQuestions(
  async (question) => {
    const [what, number = ''] = question.split(' ')
    if (what === 'fill') {
      await fillTo(tributary, market, Number(number), () => undefined)
      return { head: Number(await tributary.store.head()) }
    }
    const before = Number(await tributary.store.head())
    const start = performance.now()
    await sellMany(tributary, market, sold, Number(number), 256)
    const milliseconds = performance.now() - start
    sold += Number(number)
    const after = Number(await tributary.store.head())
    return { from: before, through: after, events: after - before, milliseconds }
  },
  () => tributary.close(),
)
