import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { openTributary } from '../../app/tributary.ts'
import { runScript } from '../e2e/run-script.ts'
import { withParent } from '../support/with-parent.ts'
import { familiesFile, olistAbsent, olistFolder } from './data-folder.ts'
import { importInto, namesOf, reportShape } from './imported.ts'
import { countLog } from './log.ts'
import { recompute } from './recompute.ts'
import { writeSubset } from './subset.ts'
import { differences, readCells } from './views.ts'

const killer = fileURLToPath(new URL('./killed-import.ts', import.meta.url))
const folders: string[] = []

const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-interrupted-'))
  folders.push(folder)
  return folder
}

const killedImport = async (source: string, folder: string, members: number): Promise<string | null> => {
  const child = spawn(process.execPath, [...withParent, killer, source, folder, String(members)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const [, signal]: (string | null)[] = await once(child, 'exit')
  return signal ?? null
}

const typesIn = async (folder: string) => {
  const tributary = await openTributary({ folder })
  const { types } = await countLog(tributary)
  await tributary.close()
  return types
}

beforeEach(({ skip }) => skip(olistFolder === null, olistAbsent))

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

it('an import that was killed half way goes on, once and again, and comes to the same', async () => {
  const source = writeSubset(olistFolder ?? '', 300)
  folders.push(source)
  const [folder, undisturbed] = [freshFolder(), freshFolder()]

  expect(await killedImport(source, folder, 100)).toBe('SIGKILL')
  const afterFirst = (await typesIn(folder))['PurchasePlaced'] ?? 0
  expect(await killedImport(source, folder, 450)).toBe('SIGKILL')
  const afterSecond = (await typesIn(folder))['PurchasePlaced'] ?? 0
  expect(afterFirst).toBeGreaterThanOrEqual(100)
  expect(afterSecond).toBeGreaterThan(afterFirst)
  expect(afterSecond).toBeLessThan(600)

  const whole = await importInto(source, folder)
  expect(whole).toMatchObject({ status: 0, err: '' })
  const report = reportShape.parse(JSON.parse(whole.out))
  const expected = recompute(source, familiesFile)
  expect(report).toMatchObject({
    purchases: 600,
    lines: expected.lines,
    multiPartner: expected.multiPartner,
    gross: expected.gross,
    payments: expected.payments,
    refunded: expected.refunds.amount,
    ties: expected.ties,
    parked: [{ reason: 'PURCHASE_HAS_NO_LINES', count: expected.parked.payments }],
  })
  expect((await importInto(source, undisturbed)).out).toBe(whole.out)
  expect(await typesIn(folder)).toEqual(await typesIn(undisturbed))

  const tributary = await openTributary({ folder })
  const found = await readCells({ tributary, nameOf: namesOf(tributary, expected) })
  await tributary.close()
  expect(differences(found, expected.cells)).toEqual([])

  const { status, out } = await runScript('doctor', '--deep', '--data', folder, '--json')
  expect({ status, ok: JSON.parse(out).ok }).toEqual({ status: 0, ok: true })
}, 1_200_000)
