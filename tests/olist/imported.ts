/** The Olist files imported once, by the command line, for all tests of a file that look at the result. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { z } from 'zod'
import { readFamilies } from '../../app/import/olist-families.ts'
import { olistIds } from '../../app/import/olist-ids.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import { type Ran, runScript } from '../e2e/run-script.ts'
import { familiesFile, olistAbsent, olistFolder } from './data-folder.ts'
import { type Recomputed, recompute } from './recompute.ts'

const amount = z.int()

export const reportShape = z.strictObject({
  currency: z.literal('BRL'),
  purchases: amount,
  lines: amount,
  multiPartner: amount,
  goods: amount,
  freight: amount,
  gross: amount,
  payments: amount,
  refunded: amount,
  ties: z.strictObject({ exact: amount, withinOne: amount, over: amount, under: amount, unpaid: amount }),
  parked: z.array(z.strictObject({ reason: z.string(), count: amount })),
})

export interface Imported {
  readonly source: string
  readonly folder: string
  readonly ran: Ran
  readonly report: z.infer<typeof reportShape>
  /** What the files say, without the product. */
  readonly expected: Recomputed
  readonly tributary: Tributary
  /** What an id is called in the files: sellers, communities, families; ALL and NONE as such. */
  readonly nameOf: (id: string) => string
  /** `doctor --deep`, begun right after the import: it only reads. */
  readonly doctor: Promise<Ran>
}

const longest = 1_800_000

export const importInto = (source: string, folder: string): Promise<Ran> =>
  runScript('import', 'olist', source, '--data', folder, '--json')

/** Names by id. The ids are the product's; the names come from the files. */
export const namesOf = (tributary: Tributary, { cells }: Recomputed): ((id: string) => string) => {
  const ids = olistIds(tributary.derive)
  const names = new Map([
    ['*', 'ALL'],
    ['-', 'NONE'],
  ])
  for (const key of cells.keys()) {
    const [seller = '', community = ''] = key.split('|')
    names.set(ids.partner(seller), seller)
    names.set(ids.community(community), community)
  }
  for (const community of [...names.values()])
    for (const { code } of readFamilies().all) names.set(ids.segment(community, code), code)
  return (id) => names.get(id) ?? id
}

/** Tests are skipped where the files are absent. */
export const withOlist = (): (() => Imported) => {
  let imported: Imported | null = null

  beforeAll(async () => {
    if (olistFolder === null) return
    const folder = mkdtempSync(join(tmpdir(), 'tributary-olist-'))
    const ran = await importInto(olistFolder, folder)
    if (ran.status !== 0) throw new Error(`The import failed: ${ran.err}`)
    const doctor = runScript('doctor', '--deep', '--data', folder, '--json')
    const tributary = await openTributary({ folder })
    const expected = recompute(olistFolder, familiesFile)
    const nameOf = namesOf(tributary, expected)
    const report = reportShape.parse(JSON.parse(ran.out))
    imported = { source: olistFolder, folder, ran, report, expected, tributary, nameOf, doctor }
  }, longest)

  beforeEach(({ skip }) => skip(olistFolder === null, olistAbsent))

  afterAll(async () => {
    if (imported === null) return
    await imported.doctor
    await imported.tributary.close()
    rmSync(imported.folder, { recursive: true })
  }, longest)

  return () => {
    if (imported === null) throw new Error('Nothing is imported.')
    return imported
  }
}
