import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { subjectWithRole } from '../../app/people-of-roles.ts'
import { sealLog } from '../../app/seals.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary } from '../../app/tributary.ts'
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
    ['start', '--data', ''],
    ['doctor', '--data='],
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

  it('takes no invented data among real ones, unless it is told to', async () => {
    const data = await simulated()
    const more = ['--members', '1', '--purchases', '1', '--seed', '6', '--data', data]
    const ran = await runScript('simulate', ...more)
    expect(ran).toMatchObject({ status: 1, out: '' })
    expect(ran.err).toContain('--into-existing')
    expect((await runScript('simulate', ...more, '--into-existing')).status).toBe(0)
  })

  it('takes the rest of a simulation that was stopped, whatever demo people and seals came between', async () => {
    const data = join(freshFolder(), 'data')
    const tributary = await openTributary({ folder: data })
    const options = { members: 30, purchases: 30, seed: 5, until: '2026-06-01T00:00:00.000Z' }
    const progress = () => {
      throw new Error('Stopped half way.')
    }
    await expect(simulate(tributary, { ...options, progress })).rejects.toThrow('half way')
    await subjectWithRole(tributary, 'OPERATOR', null)
    await sealLog(tributary)
    await tributary.close()
    const size = ['--members', '30', '--purchases', '30', '--seed', '5', '--until', '2026-06-01']
    expect(await runScript('simulate', ...size, '--data', data)).toMatchObject({ status: 0, err: '' })
  })

  it.each([
    ['start', '--port', '0', '--empty'],
    ['simulate', '--members', '1', '--purchases', '1', '--seed', '1'],
  ])('with the things of somebody else is not founded in: %s', async (name, ...args) => {
    const folder = freshFolder()
    writeFileSync(join(folder, 'passwd'), 'root')
    const ran = await runScript(name, ...args, '--data', folder)
    expect(ran).toMatchObject({ status: 1, out: '' })
    expect(ran.err).toContain(`${folder} is no data folder`)
    expect(ran.err).toContain('passwd')
    expect(readdirSync(folder)).toEqual(['passwd'])
  })

  it.each([[[]], [['lost+found']], [['events.db', 'events.db-wal']], [['master.key.4711', 'keys.db']]])(
    'is founded in a folder that is empty, or in which a founding was interrupted: %j',
    async (files) => {
      const folder = freshFolder()
      for (const name of files) writeFileSync(join(folder, name), '', { mode: 0o600 })
      const tributary = await openTributary({ folder })
      expect(await tributary.store.head()).toBe('1')
      await tributary.close()
    },
  )

  it.each([
    ['start', '--port', '0'],
    ['doctor'],
    ['rebuild', 'all'],
    ['simulate', '--members', '1', '--purchases', '1', '--seed', '1'],
  ])('that is a file is refused as one: %s', async (name, ...args) => {
    const file = join(freshFolder(), 'README.md')
    writeFileSync(file, '# Not a folder')
    const ran = await runScript(name, ...args, '--data', file)
    expect(ran).toMatchObject({ status: 1, out: '' })
    expect(ran.err).toContain(`${file} is no folder`)
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

  it('is backed up into files that their owner alone may read, and nothing else is left', async () => {
    const data = await simulated()
    const folder = freshFolder()
    expect((await runScript('backup', join(folder, 'b.db'), '--data', data)).status).toBe(0)
    expect(readdirSync(folder).sort()).toEqual(['b.db', 'b.db.keys', 'b.db.secrets.json'])
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  })

  it('is not backed up into a folder that is not there, which is said', async () => {
    const data = await simulated()
    const target = join(freshFolder(), 'mistyped')
    const ran = await runScript('backup', join(target, 'b.db'), '--data', data)
    expect(ran).toMatchObject({ status: 1, out: '' })
    expect(ran.err).toContain(`There is no folder ${target}`)
  })

  it('is not restored from what is no backup, and the file that was given is named', async () => {
    const folder = freshFolder()
    const foreign = new DatabaseSync(join(folder, 'foreign.db'))
    foreign.exec('CREATE TABLE things (name TEXT)')
    foreign.close()
    writeFileSync(join(folder, 'notes.txt'), 'These are notes, and no database at all. '.repeat(100))
    for (const name of ['foreign.db', 'notes.txt']) {
      const args = ['--without-erasures', '--data', join(folder, 'restored')]
      const ran = await runScript('restore', join(folder, name), ...args)
      expect(ran).toMatchObject({ status: 1, out: '' })
      expect(ran.err).toContain(`${join(folder, name)} is no backup`)
      expect(ran.err).not.toContain('restoring-')
    }
    expect(readdirSync(folder).sort()).toEqual(['foreign.db', 'notes.txt'])
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
