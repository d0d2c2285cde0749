import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { freshFolder, type Ran, runScript } from './run-script.ts'

const diagnosis = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
})

const failed = (ran: Ran): readonly string[] =>
  diagnosis.parse(JSON.parse(ran.out)).checks.flatMap(({ name, ok }) => (ok ? [] : [name]))

const simulated = async (): Promise<string> => {
  const data = join(freshFolder(), 'data')
  const ran = await runScript(
    'simulate',
    '--members',
    '30',
    '--purchases',
    '30',
    '--seed',
    '5',
    '--data',
    data,
  )
  expect(ran).toMatchObject({ status: 0, err: '' })
  return data
}

const scripts = ['start', 'token', 'import', 'simulate', 'bench', 'rebuild', 'backup', 'restore', 'doctor']

describe('every command line', () => {
  it.each(scripts)('%s explains itself with --help and exits with 0', async (name) => {
    const ran = await runScript(name, '--help')
    expect(ran.status).toBe(0)
    expect(ran.out).toContain('--data <dir>')
    expect(ran.out).toContain('--json')
  })

  it.each(scripts)('%s exits with 2 when it is called wrongly, and says how it is called', async (name) => {
    const ran = await runScript(name, '--no-such-flag')
    expect(ran.status).toBe(2)
    expect(ran.out).toBe('')
    expect(ran.err).toContain('error: ')
  })

  it.each([
    ['token', '--role', 'KING'],
    ['token', '--role', 'BRAND_ADMIN'],
    ['simulate', '--members', '-1', '--purchases', '1', '--seed', '1'],
    ['rebuild', 'nothing'],
    ['backup'],
    ['start', '--port', '99999999'],
  ])('%s %s is wrong usage', async (...args) => {
    const [name = '', ...rest] = args
    expect((await runScript(name, ...rest)).status).toBe(2)
  })
})

describe('a data folder', () => {
  it('is simulated the same twice, and sound', async () => {
    const data = await simulated()
    const head = async () => (await runScript('doctor', '--json', '--data', data)).out
    const before = await head()
    const again = await runScript(
      'simulate',
      '--members',
      '30',
      '--purchases',
      '30',
      '--seed',
      '5',
      '--data',
      data,
    )
    expect(again.status).toBe(0)
    expect(await head()).toBe(before)
    const deep = await runScript('doctor', '--deep', '--json', '--data', data)
    expect(failed(deep)).toEqual([])
    expect(deep.status).toBe(0)
  })

  it('gives a token alone on standard output', async () => {
    const data = await simulated()
    const { status, out } = await runScript('token', '--role', 'FINANCE_ANALYST', '--data', data)
    expect(status).toBe(0)
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  })

  it('comes back from a backup: same events, chains and seals hold, tokens are still believed', async () => {
    const data = await simulated()
    const folder = freshFolder()
    const file = join(folder, 'backup.db')
    expect((await runScript('backup', file, '--data', data)).status).toBe(0)
    const restored = join(folder, 'restored')
    const refused = await runScript('restore', file, '--data', restored)
    expect(refused).toMatchObject({ status: 1 })
    expect(refused.err).toContain('erasures')
    const ran = await runScript('restore', file, '--without-erasures', '--json', '--data', restored)
    expect(ran.status).toBe(0)
    expect(JSON.parse(ran.out).events).toBeGreaterThan(100)
    expect(failed(await runScript('doctor', '--deep', '--json', '--data', restored))).toEqual([])
    expect(readFileSync(join(restored, 'signing-key.pem'))).toEqual(
      readFileSync(join(data, 'signing-key.pem')),
    )
  })

  it('is never restored over another, nor from a changed backup', async () => {
    const data = await simulated()
    const folder = freshFolder()
    const file = join(folder, 'backup.db')
    await runScript('backup', file, '--data', data)
    const over = await runScript('restore', file, '--without-erasures', '--data', data)
    expect(over.status).toBe(1)
    expect(over.err).toContain('not empty')
    const database = new DatabaseSync(file)
    database.exec(`UPDATE events SET data = replace(data, 'BEAUTY', 'beauty') WHERE position = 3`)
    database.close()
    const changed = await runScript('restore', file, '--without-erasures', '--data', join(folder, 'restored'))
    expect(changed.status).toBe(1)
    expect(changed.err).toContain('@')
    expect(existsSync(join(folder, 'restored'))).toBe(false)
  })

  it('has its first changed event named by the doctor', async () => {
    const data = await simulated()
    const database = new DatabaseSync(join(data, 'events.db'))
    const [name] = database
      .prepare(
        `SELECT s.name || '@' || e.revision AS name FROM events e JOIN streams s ON s.id = e.stream WHERE e.position = 20`,
      )
      .all()
      .map((row) => String(row.name))
    database.exec(`UPDATE events SET data = replace(data, '"', '" ') WHERE position = 20`)
    database.close()
    const ran = await runScript('doctor', '--json', '--data', data)
    expect(ran.status).toBe(1)
    const chains = diagnosis.parse(JSON.parse(ran.out)).checks.find((check) => check.name === 'chains')
    expect(chains).toMatchObject({ ok: false })
    expect(chains?.detail).toContain(name)
  })

  it('that is not there is not made by looking at it', async () => {
    const data = join(freshFolder(), 'mistyped')
    for (const args of [
      ['doctor'],
      ['token', '--role', 'OPERATOR'],
      ['rebuild', 'all'],
      ['backup', join(data, 'x')],
    ]) {
      const [name = '', ...rest] = args
      const ran = await runScript(name, ...rest, '--data', data)
      expect([name, ran.status]).toEqual([name, 1])
      expect(ran.err).toContain('no log')
    }
    expect(existsSync(data)).toBe(false)
  })

  it('that was changed is not backed up, and no backup replaces another file', async () => {
    const data = await simulated()
    const folder = freshFolder()
    expect((await runScript('backup', join(folder, 'sound.db'), '--data', data)).status).toBe(0)
    expect((await runScript('backup', join(folder, 'sound.db'), '--data', data)).err).toContain(
      'there already',
    )
    const database = new DatabaseSync(join(data, 'events.db'))
    database.exec(`UPDATE events SET data = replace(data, '"', '" ') WHERE position = 20`)
    database.close()
    const ran = await runScript('backup', join(folder, 'unsound.db'), '--data', data)
    expect(ran.status).toBe(1)
    expect(ran.err).toContain('@')
    expect(existsSync(join(folder, 'unsound.db'))).toBe(false)
  })

  it('of a newer version is refused, and left as it is', async () => {
    const data = await simulated()
    const database = new DatabaseSync(join(data, 'events.db'))
    database.exec('UPDATE meta SET format = 99')
    database.close()
    const ran = await runScript('doctor', '--data', data)
    expect(ran.status).toBe(1)
    expect(ran.err).toMatch(/newer|99/)
  })

  it('that belongs to another deployment than its log is refused', async () => {
    const data = await simulated()
    writeFileSync(
      join(data, 'deployment.json'),
      JSON.stringify({ deploymentId: 'deployment_00000000000000000000000000' }),
    )
    const ran = await runScript('doctor', '--data', data)
    expect(ran.status).toBe(1)
    expect(ran.err).toContain('belongs to')
  })
})
