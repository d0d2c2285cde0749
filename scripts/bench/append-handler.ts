/** Child: purchases through the command handler, 256 in flight, each durable when it is answered. */
import { openTributary } from '../../app/tributary.ts'
import { answerQuestions } from './child.ts'
import { fillTo, openMarket, salesOf, sellAll } from './market.ts'

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
    // As the rows that are inserted plainly are at hand before the clock starts.
    const sales = salesOf(market, sold, Number(number))
    global.gc?.()
    const start = performance.now()
    await sellAll(tributary, sales, 256)
    const milliseconds = performance.now() - start
    sold += Number(number)
    const after = Number(await tributary.store.head())
    return { from: before, through: after, events: after - before, milliseconds }
  },
  () => tributary.close(),
)
