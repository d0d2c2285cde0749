import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { diagnose } from '../../app/doctor.ts'
import { erase, eraseAgain, erasuresFile } from '../../app/erasures.ts'
import { sealLog, verifySeals } from '../../app/seals.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary } from '../../app/tributary.ts'
import { newId } from '../../platform/ids.ts'
import { freshFolder } from './run-script.ts'

const small = { members: 5, purchases: 5, seed: 8, until: '2026-06-01T00:00:00.000Z' }

it('seals chain over all events; what is new is sealed once, and exported', async () => {
  const folder = join(freshFolder(), 'data')
  const tributary = await openTributary({ folder })
  const first = await sealLog(tributary)
  expect(first).toMatchObject({ from: null, count: 1 })
  expect(await sealLog(tributary)).toBeNull()
  await simulate(tributary, small)
  const second = await sealLog(tributary)
  expect(second).toMatchObject({ from: first?.through, previousRoot: first?.root })
  expect(await verifySeals(tributary)).toEqual({ count: 2, problem: null })
  const exported = readFileSync(join(folder, 'seals.jsonl'), 'utf8').trim().split('\n')
  expect(exported.map((line) => JSON.parse(line).root)).toEqual([first?.root, second?.root])
  await tributary.close()
})

it('a stream that is gone with all its events is found out by the seal, though every chain is sound', async () => {
  const folder = join(freshFolder(), 'data')
  const tributary = await openTributary({ folder })
  await simulate(tributary, small)
  await sealLog(tributary)
  await tributary.close()
  const database = new DatabaseSync(join(folder, 'events.db'))
  const [stream] = database.prepare("SELECT id FROM streams WHERE name LIKE 'share-%' LIMIT 1").all()
  database.prepare('DELETE FROM events WHERE stream = ?').run(Number(stream?.id))
  database.prepare('DELETE FROM stream_names WHERE id = ?').run(Number(stream?.id))
  database.prepare('DELETE FROM streams WHERE id = ?').run(Number(stream?.id))
  database.close()
  const again = await openTributary({ folder })
  const { checks } = await diagnose(again, { deep: false })
  expect(checks.find(({ name }) => name === 'chains')).toMatchObject({ ok: true })
  expect(checks.find(({ name }) => name === 'seals')).toMatchObject({ ok: false })
  await again.close()
})

it('an erasure stays one after the keys come back from a backup', async () => {
  const folder = join(freshFolder(), 'data')
  const tributary = await openTributary({ folder })
  const { keys, sealing, signingKey } = tributary
  const person = newId('person')
  const sealed = await sealing.seal(person, 'contact', 'here', 'Maria')
  const backup = join(freshFolder(), 'keys.db')
  await keys.backupTo(backup)
  await erase(keys, signingKey, erasuresFile(folder), person, '2026-06-01T00:00:00.000Z')
  expect(sealing.open('here', sealed)).toEqual({ state: 'FORGOTTEN' })
  expect(await eraseAgain(keys, signingKey.publicPem, erasuresFile(folder))).toBe(1)
  await tributary.close()
})
