import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    expect(readConfig({})).toEqual({
      dataFolder: resolve('data'),
      host: '127.0.0.1',
      port: 4000,
      roles: ['api', 'projector', 'worker'],
      partitions: 1,
      logLevel: 'info',
      toleranceMinor: 1,
      oidcIssuer: null,
      oidcAudience: 'tributary',
      oidcJwksUrl: null,
      eventStoreUrl: null,
      redisUrl: null,
      webhookAllowPrivate: false,
      masterKey: null,
    })
  })

  it('takes a flag before a variable, and a variable before the default', () => {
    const environment = { TRIBUTARY_PORT: '5000', TRIBUTARY_HOST: '::1' }
    expect(readConfig(environment, { port: '0' })).toMatchObject({ port: 0, host: '::1' })
  })

  it('counts an empty variable as not set', () => {
    expect(readConfig({ TRIBUTARY_PORT: '', TRIBUTARY_MASTER_KEY: '' })).toMatchObject({
      port: 4000,
      masterKey: null,
    })
  })

  it.each([
    [{ dataFolder: '' }, '--data: expected a folder, got "".'],
    [{ host: '' }, '--host: expected an address, got "".'],
    [{ port: '' }, '--port: expected a whole number from 0 to 65535, got "".'],
  ])('takes an empty flag for a mistake: %j', (flags, message) => {
    const environment = { TRIBUTARY_DATA_FOLDER: 'elsewhere', TRIBUTARY_HOST: '::1', TRIBUTARY_PORT: '1' }
    expect(() => readConfig(environment, flags)).toThrow(message)
  })

  it('reads several roles, and a master key in hex or base64', () => {
    const key = Buffer.alloc(32, 5)
    expect(readConfig({ TRIBUTARY_ROLE: 'api, worker' }).roles).toEqual(['api', 'worker'])
    expect(readConfig({ TRIBUTARY_MASTER_KEY: key.toString('hex') }).masterKey).toEqual(key)
    expect(readConfig({ TRIBUTARY_MASTER_KEY: key.toString('base64') }).masterKey).toEqual(key)
  })

  it.each([
    [{ TRIBUTARY_PORT: '65536' }, 'TRIBUTARY_PORT: expected a whole number from 0 to 65535, got "65536".'],
    [{ TRIBUTARY_PORT: '4e3' }, 'TRIBUTARY_PORT: expected a whole number from 0 to 65535, got "4e3".'],
    [{ TRIBUTARY_TOLERANCE_MINOR: '-1' }, 'TRIBUTARY_TOLERANCE_MINOR: expected a whole number'],
    [{ TRIBUTARY_PARTITIONS: '0' }, 'TRIBUTARY_PARTITIONS: expected a whole number from 1 to 64, got "0".'],
    [{ TRIBUTARY_ROLE: 'api,reader' }, 'TRIBUTARY_ROLE: expected some of api, projector, worker'],
    [{ TRIBUTARY_LOG_LEVEL: 'loud' }, 'TRIBUTARY_LOG_LEVEL: expected trace'],
  ])('refuses %j, naming the variable and what is expected', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(ConfigError)
    expect(() => readConfig(environment)).toThrow(message)
  })

  it('names the flag where a flag was wrong, and every setting that is', () => {
    expect(() => readConfig({ TRIBUTARY_LOG_LEVEL: 'loud' }, { port: 'x' })).toThrow(
      /^--port: .*\nTRIBUTARY_LOG_LEVEL: /,
    )
  })

  it('never shows what a secret holds', () => {
    expect(() => readConfig({ TRIBUTARY_MASTER_KEY: 'hunter2' })).toThrow(
      /^TRIBUTARY_MASTER_KEY: expected 32 bytes as 64 hex digits or as base64\.$/,
    )
  })

  it('takes the address of a server, and never repeats what it holds', () => {
    const url = 'esdb://admin:secret@db-1:2113,db-2:2113?tls=true'
    expect(readConfig({ TRIBUTARY_EVENTSTORE_URL: url }).eventStoreUrl).toBe(url)
    const wrong = () => readConfig({ TRIBUTARY_EVENTSTORE_URL: 'http://admin:secret@db-1' })
    expect(wrong).toThrow('TRIBUTARY_EVENTSTORE_URL: expected a connection string')
    expect(wrong).not.toThrow('secret')
  })
})
