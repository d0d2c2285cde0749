/**
 * Keeps a server program for a test: `node server-child.ts FOLDER PROGRAM ARGUMENTS…`. Tells its process id in a line
 * of JSON and ends with it. Its standard input is a pipe that nobody writes to: when that closes, the test's process is
 * gone, however it ended; then the server goes too, paused or not, and its folder with it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const [folder, program, ...args] = process.argv.slice(2)
if (folder === undefined || program === undefined) throw new Error('A folder and a program are needed.')

const output = openSync(join(folder, 'output.txt'), 'a')
const server = spawn(program, args, { cwd: folder, stdio: ['ignore', output, output] })
let isAlone = false

process.stdin.once('close', () => {
  isAlone = true
  server.kill('SIGKILL')
})
process.stdin.on('error', () => process.stdin.destroy())
process.stdin.resume()

await once(server, 'spawn')
process.stdout.write(`${JSON.stringify({ pid: server.pid })}\n`)
await once(server, 'exit')
if (isAlone) rmSync(folder, { recursive: true, force: true })
process.exit(0)
