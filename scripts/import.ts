/** `npm run import -- olist DIR`: states a data set of other people's sales through the commands that anybody would use. */
import { ImportError } from '../app/import/import-error.ts'
import { importOlist, readOlistPlan } from '../app/import/olist-import.ts'
import { type ImportReport, reportOlist } from '../app/import/olist-report.ts'
import { bringViewsUpWith } from '../app/import/views-up.ts'
import { openConfigured } from '../app/open.ts'
import { formatAmount } from '../domain/money.ts'
import { runCommandLine, WrongUsage } from './command-line.ts'

const help = `
DIR holds the CSV files of the "Brazilian E-Commerce Public Dataset by Olist", plain or gzipped: order_items,
order_payments, orders, customers, products, sellers and product_category_name_translation. All are read and
checked before anything is stated; rows that do not fit are parked in the intake with a reason.

Sellers become partners, states of customers communities (orders without a known buyer: one guest each in the
community "Unknown"), families of categories segments, and products of sellers offers. Every partnership has the
same terms from 2016-01-01 on: a pool of 12 % of the goods (freight has none), of which the platform has 60 %, the
community's owner 25 %, the sharer 10 % and who invited the sharer 5 %. Nobody shares in the files, so the sharer's
part is the owner's, and the inviter's the platform's. Payable 14 days after the payment; the platform bears payment
fees; nothing is kept on refund.

Running it again changes nothing; after it was stopped, it goes on.`

const stopped = (): AbortSignal => {
  const stop = new AbortController()
  process.once('SIGINT', () =>
    stop.abort(new ImportError('Stopped. What was stated stays; run the same command to go on.')),
  )
  return stop.signal
}

const told = ({ ties, parked, ...report }: ImportReport): readonly string[] => {
  const money = (minor: number): string => `${formatAmount(minor, 'BRL')} BRL`
  const { purchases, lines, multiPartner, goods, freight, gross, payments, refunded } = report
  return [
    `${purchases} purchases, ${multiPartner} of them with more than one partner; ${lines} lines of goods.`,
    `Goods ${money(goods)} + freight ${money(freight)} = ${money(gross)}.`,
    `Captured ${money(payments)}, refunded ${money(refunded)}.`,
    `Payments tie: ${ties.exact} exactly, ${ties.withinOne} within one cent; ${ties.over} over, ${ties.under} under, ${ties.unpaid} unpaid.`,
    ...(parked.length === 0 ? ['Nothing is parked.'] : []),
    ...parked.map(({ reason, count }) => `Parked: ${count} (${reason}).`),
  ]
}

await runCommandLine<{ readonly folder: string }>({
  name: 'import',
  summary: 'Imports a data set: purchases that happened elsewhere, with all that they are about.',
  define: (command) =>
    command
      .argument('<dataset>', 'olist')
      .argument('<dir>', 'the folder with its files')
      .addHelpText('after', help),
  parse: (_flags, [dataset, folder = '']) => {
    if (dataset !== 'olist') throw new WrongUsage(`There is no data set "${dataset}" to import: name olist.`)
    return { folder }
  },
  run: async ({ folder }, { config, progress, say }) => {
    const plan = await readOlistPlan(folder)
    const tributary = await openConfigured(config)
    try {
      const signal = stopped()
      await importOlist(plan, tributary, {
        signal,
        progress: ({ step, done, total }) => progress(step, done, total),
      })
      await bringViewsUpWith(tributary, (done, total) => progress('views', done, total))
      const report = await reportOlist(tributary.documents)
      for (const text of told(report)) say(text)
      return report
    } finally {
      await tributary.close()
    }
  },
})
