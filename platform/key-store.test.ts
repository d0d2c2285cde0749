import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeyStoreRefused } from './key-file.ts'
import { KeyDestroyed, type KeyStore, openKeyStore } from './key-store.ts'
import { SecretExposed } from './secret-file.ts'

let folder: string
const opened: KeyStore[] = []
const open = (masterKey: Buffer | null = null): KeyStore => {
  const store = openKeyStore(folder, masterKey)
  opened.push(store)
  return store
}
const closeAll = () => {
  for (const store of opened.splice(0)) store.close()
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-keys-'))
})
afterEach(() => {
  closeAll()
  rmSync(folder, { recursive: true, force: true })
})

describe('the key store', () => {
  it('answers one key for a subject and purpose, however often and from however many at once it is asked', async () => {
    const keys = open()
    const asked = await Promise.all(Array.from({ length: 50 }, () => keys.keyFor('person_a', 'contact')))
    expect(new Set(asked.map((key) => key.handle)).size).toBe(1)
    expect(keys.keyOf(asked[0]?.handle ?? '')).toEqual(asked[0])
  })

  it('keeps keys apart by subject and by purpose', async () => {
    const keys = open()
    const [one, other, third] = await Promise.all([
      keys.keyFor('person_a', 'contact'),
      keys.keyFor('person_a', 'payee'),
      keys.keyFor('person_b', 'contact'),
    ])
    expect(new Set([one, other, third].map(({ key }) => key.toString('hex'))).size).toBe(3)
  })

  it('has the same keys after it was opened anew', async () => {
    const before = open()
    const { handle, key } = await before.keyFor('person_a', 'contact')
    const identityKey = before.identityKey
    closeAll()
    const after = open()
    expect(after.keyOf(handle)).toEqual({ handle, purpose: 'contact', key })
    expect(after.identityKey).toEqual(identityKey)
  })

  it('finds the key that another process has made meanwhile', async () => {
    const [one, other] = [open(), open()]
    const [key, same] = await Promise.all([one.keyFor('person_a', 'c'), other.keyFor('person_a', 'c')])
    expect(same).toEqual(key)
  })

  it('keeps a destroyed key destroyed, after a restart too, and never makes another for the same', async () => {
    const keys = open()
    const { handle } = await keys.keyFor('person_a', 'contact')
    const payee = await keys.keyFor('person_a', 'payee')
    keys.destroy('person_a', 'contact')
    keys.destroy('person_a', 'contact')
    for (const store of [keys, open()]) {
      expect(store.keyOf(handle)).toBe('DESTROYED')
      expect(store.keyOf(payee.handle)).toEqual(payee)
      await expect(store.keyFor('person_a', 'contact')).rejects.toThrow(KeyDestroyed)
    }
  })

  it('makes no key for whom it was told to forget before there was one', async () => {
    const keys = open()
    keys.destroy('person_a', 'contact')
    await expect(keys.keyFor('person_a', 'contact')).rejects.toThrow(KeyDestroyed)
  })

  it('forgets at once what another process has destroyed', async () => {
    const [one, other] = [open(), open()]
    const { handle } = await one.keyFor('person_a', 'contact')
    other.destroy('person_a', 'contact')
    expect(one.keyOf(handle)).toBe('DESTROYED')
    await expect(one.keyFor('person_a', 'contact')).rejects.toThrow(KeyDestroyed)
  })

  it('leaves nothing in its files that leads from a destroyed handle to the subject, nor the wrapped key', async () => {
    const keys = open()
    const { handle } = await keys.keyFor('person_a', 'contact')
    const reader = new DatabaseSync(join(folder, 'keys.db'))
    const wrapped = reader.prepare('SELECT wrapped FROM keys').get()?.wrapped
    reader.close()
    keys.destroy('person_a', 'contact')
    const bytes = ['keys.db', 'keys.db-wal'].map((name) => readFileSync(join(folder, name)))
    expect(wrapped).toBeInstanceOf(Uint8Array)
    for (const content of bytes) {
      expect(content.includes(wrapped instanceof Uint8Array ? wrapped : handle)).toBe(false)
    }
    const file = new DatabaseSync(join(folder, 'keys.db'))
    expect(file.prepare('SELECT * FROM keys').all()).toEqual([])
    expect(file.prepare('SELECT * FROM destroyed_handles').all()).toEqual([{ handle }])
    expect(file.prepare('SELECT * FROM forgotten_subjects').all()).toEqual([
      { subject: 'person_a', purpose: 'contact' },
    ])
    file.close()
  })

  it('tells a key that it destroyed from one that it never had', () => {
    expect(open().keyOf('key_00000000000000000000000000')).toBe('UNKNOWN')
  })

  it('says so when a wrapped key was changed', async () => {
    const { handle } = await open().keyFor('person_a', 'contact')
    closeAll()
    const file = new DatabaseSync(join(folder, 'keys.db'))
    file.exec(`UPDATE keys SET wrapped = zeroblob(60)`)
    file.close()
    expect(() => open().keyOf(handle)).toThrow(/damaged.*backup/)
  })

  it('refuses another master key than its own, and a missing one', async () => {
    await open().keyFor('person_a', 'contact')
    closeAll()
    expect(() => open(Buffer.alloc(32, 1))).toThrow(KeyStoreRefused)
    rmSync(join(folder, 'master.key'))
    expect(() => open()).toThrow(/master\.key is missing/)
  })

  it('takes the master key from its caller, and then keeps none in the folder', async () => {
    const { handle } = await open(Buffer.alloc(32, 1)).keyFor('person_a', 'contact')
    closeAll()
    expect(open(Buffer.alloc(32, 1)).keyOf(handle)).toMatchObject({ purpose: 'contact' })
    expect(statSync(join(folder, 'master.key'), { throwIfNoEntry: false })).toBeUndefined()
  })

  it('refuses a file of a newer version', () => {
    open()
    closeAll()
    const file = new DatabaseSync(join(folder, 'keys.db'))
    file.exec('PRAGMA user_version = 99')
    file.close()
    expect(() => open()).toThrow(/newer version/)
  })

  it('is readable by its owner only, and so is its backup, which opens with the same master key', async () => {
    const keys = open()
    const { handle, key } = await keys.keyFor('person_a', 'contact')
    const copy = join(folder, 'copy')
    await keys.backupTo(join(copy, 'keys.db'))
    for (const name of ['keys.db', 'master.key', 'copy/keys.db']) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    }
    const master = Buffer.from(readFileSync(join(folder, 'master.key'), 'utf8').trim(), 'hex')
    const restored = openKeyStore(copy, master)
    opened.push(restored)
    expect(restored.keyOf(handle)).toMatchObject({ key })
  })

  it('refuses a master key file that others may read, or that holds no key', () => {
    writeFileSync(join(folder, 'master.key'), `${'a'.repeat(64)}\n`, { mode: 0o644 })
    expect(() => open()).toThrow(SecretExposed)
    expect(() => open()).toThrow(/chmod 600/)
    rmSync(join(folder, 'master.key'))
    writeFileSync(join(folder, 'master.key'), 'short', { mode: 0o600 })
    expect(() => open()).toThrow(/64 hex digits/)
  })

  it('can be made by several processes at the same time', () => {
    const script = `
      const { openKeyStore } = await import(${JSON.stringify(join(import.meta.dirname, 'key-store.ts'))})
      const keys = openKeyStore(${JSON.stringify(folder)})
      const { handle } = await keys.keyFor('person_a', 'contact')
      keys.close()
      console.log(handle)`
    const file = join(folder, 'open.mjs')
    writeFileSync(file, script)
    const all = execFileSync('sh', [
      '-c',
      '(for i in 1 2 3 4; do "$0" "$1" & done; wait)',
      process.execPath,
      file,
    ])
    expect(all.toString().trim().split('\n')).toHaveLength(4)
    expect(new Set(all.toString().trim().split('\n')).size).toBe(1)
  })
})
