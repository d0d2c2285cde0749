import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { until } from '../until.ts'
import { findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { startServerProcess } from './server-process.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-servers-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (path: string, mode: number): string => {
  const file = join(folder, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, mode)
  return file
}

describe('a program on the path', () => {
  it('is found in the first folder that has it, by the first name that any folder has', () => {
    const [first, second] = [put('a/one', 0o755), put('b/two', 0o755)]
    put('b/one', 0o755)
    const path = [join(folder, 'none'), join(folder, 'a'), '', join(folder, 'b')].join(delimiter)
    expect(findProgram(['one', 'two'], path)).toBe(first)
    expect(findProgram(['three', 'two'], path)).toBe(second)
  })

  it('is neither a folder nor a file that cannot be run', () => {
    put('a/one', 0o644)
    mkdirSync(join(folder, 'a', 'two'))
    expect(findProgram(['one', 'two'], join(folder, 'a'))).toBeNull()
  })
})

/** A "server" that serves as soon as it runs. */
const waiting = { program: process.execPath, args: () => ['-e', 'setInterval(() => {}, 1_000)'] }
const live = async (): Promise<boolean> => true

describe('a server of a test', () => {
  it('tells its last words where it ends before it serves', async () => {
    const failing = startServerProcess({
      program: process.execPath,
      args: () => ['-e', 'console.error("no such option"); process.exit(3)'],
      isLive: async () => false,
    })
    await expect(failing).rejects.toThrow(/did not come up. It said:\nno such option/)
  })

  it('has gone with its data when stopped, and can be stopped again', async () => {
    let data = ''
    const server = await startServerProcess({
      ...waiting,
      args: (own) => {
        data = own
        return waiting.args()
      },
      isLive: live,
    })
    expect(existsSync(data)).toBe(true)
    await server.stop()
    expect(existsSync(data)).toBe(false)
    await server.stop()
  })

  it('ends with the process of its test, killed as that is, and its folder with it', async () => {
    const keeper = fileURLToPath(new URL('./server-child.ts', import.meta.url))
    const data = join(folder, 'data')
    mkdirSync(data)
    const args = [keeper, data, ...[waiting.program, ...waiting.args()]]
    const parent = spawn(
      process.execPath,
      [
        '-e',
        `require('node:child_process').spawn(process.execPath, ${JSON.stringify(args)}, { stdio: ['pipe', 'inherit', 'inherit'] })
         setInterval(() => {}, 1_000)`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [line] = await once(createInterface({ input: parent.stdout }), 'line')
    const { pid } = z.object({ pid: z.int() }).parse(JSON.parse(String(line)))
    process.kill(pid, 'SIGSTOP')
    parent.kill('SIGKILL')
    await until('the folder is gone', () => !existsSync(data))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  it('has a port that stays its own while it is down: no system hands such ports out', async () => {
    for (let turn = 0; turn < 20; turn += 1) expect(await freePort()).toBeLessThan(32_000)
  })
})
