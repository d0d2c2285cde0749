import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { installRedis } from './install-redis.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-redis-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (name: string, script: string): void => {
  const file = join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
}

/** An apt-get that writes down what it was asked, and then does as told. */
const putApt = (script: string): void => put('apt-get', `echo "$@" >> "${folder}/asked"\n${script}`)
const asked = (): string =>
  existsSync(join(folder, 'asked')) ? readFileSync(join(folder, 'asked'), 'utf8') : ''

/** Programs of this folder only; `sh` itself has to be found by its full path. */
const machine = (env: NodeJS.ProcessEnv = {}, isRoot = true) => ({ env: { PATH: folder, ...env }, isRoot })

it('asks nobody for anything where Redis is there, or an address of one is given', () => {
  putApt('exit 1')
  put('redis-server', 'exit 0')
  expect(installRedis(machine())).toBeNull()
  rmSync(join(folder, 'redis-server'))
  expect(installRedis(machine({ REDIS_URL: 'redis://127.0.0.1' }))).toBeNull()
  expect(asked()).toBe('')
})

it('does nothing where it may not install, or cannot', () => {
  expect(installRedis(machine())).toBeNull()
  putApt('exit 0')
  expect(installRedis(machine({}, false))).toBeNull()
  expect(asked()).toBe('')
})

it('installs the package, and reads the lists of packages first where they are missing', () => {
  putApt(`case "$*" in *update*) : > "${folder}/lists";; *install*) [ -e "${folder}/lists" ];; esac`)
  expect(installRedis(machine())).toMatch(/^Installed/)
  expect(asked()).toMatch(
    /install -y [^\n]*redis-server\n[^\n]*update\n[^\n]*install -y [^\n]*redis-server\n$/,
  )
})

it('fails no run where the package cannot be had, and says so', () => {
  putApt('case "$*" in *version*) exit 0;; esac; exit 100')
  expect(installRedis(machine())).toMatch(/could not be installed/)
})

it('is not misled by programs elsewhere on the path', () => {
  putApt('exit 0')
  expect(installRedis(machine({ PATH: ['/nowhere', folder].join(delimiter) }))).toMatch(/^Installed/)
})
