import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const setup = join(import.meta.dirname, '..', '..', 'scripts', 'setup.mjs')
const lockOf = (integrity: string) =>
  JSON.stringify({
    packages: {
      '': { name: 'x' },
      'node_modules/a': { integrity },
      'node_modules/elsewhere': { integrity: 'sha512-e', optional: true },
    },
  })

let root: string
/** How often the stand-in for npm was called. */
const installs = (): number => readFileSync(join(root, 'calls'), 'utf8').length

/** A stand-in for npm that "installs" what the lock file names, or does what `instead` says. */
const standIn = (instead = ''): void => {
  const npm = `#!/bin/sh
printf x >> calls
${instead}
mkdir -p node_modules/.bin
ln -sf ${JSON.stringify(process.execPath)} node_modules/.bin/node
cp package-lock.json node_modules/.package-lock.json
`
  writeFileSync(join(root, 'bin', 'npm'), npm)
  chmodSync(join(root, 'bin', 'npm'), 0o755)
}

const start = () => {
  const env = { ...process.env, PATH: [join(root, 'bin'), '/usr/bin', '/bin'].join(delimiter) }
  const child = spawn(process.execPath, [join(root, 'scripts', 'setup.mjs')], { env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return once(child, 'close').then(([status]) => ({ status: Number(status), output }))
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tributary-setup-'))
  for (const folder of ['bin', 'scripts']) mkdirSync(join(root, folder))
  copyFileSync(setup, join(root, 'scripts', 'setup.mjs'))
  writeFileSync(join(root, 'package-lock.json'), lockOf('sha512-1'))
  writeFileSync(join(root, 'calls'), '')
  standIn()
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

describe.skipIf(process.platform === 'win32')('the set-up', () => {
  it('installs into a bare clone, and then says and does nothing', async () => {
    expect(await start()).toMatchObject({ status: 0, output: expect.stringMatching(/^Installing/) })
    expect(await start()).toEqual({ status: 0, output: '' })
    expect(installs()).toBe(1)
  })

  it('installs once however many run at the same time, and all of them wait for it', async () => {
    standIn('while [ ! -e go ]; do sleep 0.02; done')
    const all = [start(), start(), start()]
    await expect.poll(installs, { interval: 20, timeout: 20_000 }).toBe(1)
    writeFileSync(join(root, 'go'), '')
    for (const { status } of await Promise.all(all)) expect(status).toBe(0)
    expect(installs()).toBe(1)
  })

  it('installs again when the lock file wants another package', async () => {
    await start()
    writeFileSync(join(root, 'package-lock.json'), lockOf('sha512-2'))
    expect(await start()).toMatchObject({ status: 0 })
    expect(installs()).toBe(2)
  })

  it('installs again after one that was interrupted', async () => {
    await start()
    rmSync(join(root, 'node_modules', '.package-lock.json'))
    expect(await start()).toMatchObject({ status: 0 })
    expect(installs()).toBe(2)
  })

  it('fails with what npm said and what to do, and leaves no lock behind', async () => {
    standIn('echo "no network" >&2; exit 7')
    const { status, output } = await start()
    expect(status).toBe(1)
    expect(output).toMatch(/no network\nSet-up failed\. npm ci failed; .* try again\.\n$/)
    expect(readdirSync(root).filter((name) => name.startsWith('.setup'))).toEqual([])
  })

  it('says what to do when the pinned Node was not installed', async () => {
    standIn(`mkdir -p node_modules/.bin; printf "#!/bin/sh\\necho v20.0.0\\n" > node_modules/.bin/node
      chmod +x node_modules/.bin/node; cp package-lock.json node_modules/.package-lock.json; exit 0`)
    expect(await start()).toMatchObject({
      status: 1,
      output: expect.stringMatching(/Node 24 or newer is needed/),
    })
  })

  it('takes over the lock of a process that is gone', async () => {
    const gone = spawn(process.execPath, ['-e', ''])
    await once(gone, 'close')
    mkdirSync(join(root, '.setup-lock'))
    writeFileSync(join(root, '.setup-lock', `owner-${gone.pid}`), '')
    expect(await start()).toMatchObject({ status: 0 })
    expect(installs()).toBe(1)
  })

  it('waits for a lock whose owner is gone but whose npm still runs', async () => {
    mkdirSync(join(root, '.setup-lock'))
    writeFileSync(join(root, '.setup-lock', `owner-999999999-${process.pid}`), '')
    const waiting = start()
    await expect
      .poll(() => readdirSync(root).filter((name) => name.startsWith('.setup-lock-')), { timeout: 20_000 })
      .toHaveLength(1)
    expect(installs()).toBe(0)
    rmSync(join(root, '.setup-lock'), { recursive: true })
    expect(await waiting).toMatchObject({ status: 0 })
  })
})
