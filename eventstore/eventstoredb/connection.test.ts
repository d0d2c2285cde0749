import { describe, expect, it } from 'vitest'
import { BadEventStoreUrl, hostsOf, openClient } from './connection.ts'

describe('a connection string', () => {
  it('names its hosts without its credentials', () => {
    expect(hostsOf('esdb://admin:secret@db-1:2113,db-2:2113?tls=true')).toBe('db-1:2113,db-2:2113')
    expect(hostsOf('kurrentdb+discover://cluster.local:2113')).toBe('cluster.local:2113')
  })

  it.each(['', 'http://db-1:2113', 'esdb://', 'esdb:/db-1', 'mongodb://db-1'])('is not %j', (url) => {
    expect(() => hostsOf(url)).toThrow(BadEventStoreUrl)
  })

  it.each([
    'esdb://admin:secret@db-1:2113?tls=true&tlsCAFile=/no/such/file',
    'esdb://admin:secret@db-1:2113?keepAliveInterval=often',
    'esdb://admin:secret@db-1:port',
  ])('that cannot be used says so, without its password: %s', (url) => {
    const opening = () => openClient(url, 0)
    expect(opening).toThrow(BadEventStoreUrl)
    expect(opening).not.toThrow('secret')
  })

  it('of the newer name is taken too', async () => {
    await openClient('kurrentdb://127.0.0.1:2113?tls=false', 0).dispose()
  })
})
