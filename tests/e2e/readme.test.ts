/** What README.md tells people to type works as it stands, in the order in which it stands. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../../app/server.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary } from '../../app/tributary.ts'
import { readConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { scriptPath } from './run-script.ts'

const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8')

/** The commands of a section, in one piece. */
const commandsOf = (title: string): string => {
  const from = readme.indexOf(`\n## ${title}\n`)
  const section = readme.slice(from, readme.indexOf('\n## ', from + 1))
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block).join('')
}

const hasShell = ['bash', 'curl'].every((command) => spawnSync(command, ['--version']).status === 0)

/** Runs commands in one shell, with the server and the data folder of this test for those that README.md means. */
const inShell = (
  commands: string,
  url: string,
  data: string,
): Promise<{ out: string; status: number | null }> =>
  new Promise((resolve, reject) => {
    // `npm run -s token -- …`, without npm.
    const setUp = `npm() { shift 4; '${process.execPath}' '${scriptPath('token')}' "$@"; }\n`
    const child = spawn('bash', ['-c', setUp + commands.replaceAll('http://127.0.0.1:4000', url)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TRIBUTARY_DATA_FOLDER: data },
    })
    let out = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part) => {
        out += part
      })
    child.once('error', reject)
    child.once('close', (status) => resolve({ out, status }))
  })

describe.skipIf(!hasShell)('what README.md tells people to type', () => {
  const data = join(mkdtempSync(join(tmpdir(), 'tributary-readme-')), 'data')
  const closing: (() => Promise<unknown>)[] = []
  let url = ''

  beforeAll(async () => {
    const tributary = await openTributary({ folder: data })
    closing.unshift(() => tributary.close())
    const until = new Date().toISOString()
    await simulate(tributary, { members: 60, purchases: 60, seed: 2026, until })
    const config = readConfig({}, { port: '0' })
    const server = await startServer(tributary, config, createLogger({ level: 'silent' }))
    closing.unshift(() => server.close())
    await server.projector.whenReady(60_000)
    url = server.url
  })
  afterAll(async () => {
    for (const close of closing) await close()
    rmSync(dirname(data), { recursive: true, force: true })
  })

  it('works as it stands: the tour, and the whole story after it', async () => {
    const again = commandsOf('Five minutes').slice(commandsOf('Five minutes').lastIndexOf('tell "mutation'))
    const commands = commandsOf('Five minutes') + again + commandsOf('Playing the whole story')
    const { out } = await inShell(commands, url, data)
    expect(out).not.toMatch(/"errors":\[|"userErrors":\[\{|: command not found/)
    // The tour: a sale that is stated twice is one.
    expect(out).toContain('"servingMatrix":{"nodes":[{')
    expect(out.match(/"replayed":(?:true|false)/g)).toEqual(['"replayed":false', '"replayed":true'])
    // The story: one of two trains came back, and each had half of their part reversed.
    expect(out).toContain('{"bundle":{"status":"LAUNCHED"}')
    expect(out).toContain('{"role":"SHARER_1","amount":{"decimal":"5.40"},"reversed":{"decimal":"2.70"}}')
    expect(out).toContain('"balanced":true')
    expect(out).toMatch(/^data: .*"type":"PurchaseRefunded"/m)
  })
})
