import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkServerVersion } from './server-version.ts'

/** A server that says this of itself. */
const serving = async (body: string, status = 200): Promise<string> => {
  const server = createServer((_request, response) => response.writeHead(status).end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('No port was given.')
  return `esdb://127.0.0.1:${address.port}?tls=false`
}

describe('the version of a server', () => {
  it.each(['20.10.5', '21.10.0', '22.6.0', '5.0.11'])(
    '%s is refused, with what is needed',
    async (version) => {
      const url = await serving(JSON.stringify({ esVersion: version }))
      await expect(checkServerVersion(url)).rejects.toThrow(
        `is version ${version}; Tributary needs 22.10 or newer`,
      )
    },
  )

  it.each(['22.10.0', '24.2.0.0', '24.10.1', '26.0.0'])('%s is taken', async (version) => {
    await checkServerVersion(await serving(JSON.stringify({ esVersion: version })))
    await checkServerVersion(await serving(JSON.stringify({ dbVersion: version, esVersion: '0.0.0' })))
  })

  it.each([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['no version', '{}'],
  ])('that says %s is left to show itself', async (_, body) => {
    await checkServerVersion(await serving(body))
  })
})
