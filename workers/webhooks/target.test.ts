import { expect, it } from 'vitest'
import { pinnedAddress, refusalOf, TargetRefused } from './target.ts'

it.each([
  'http://example.org/',
  'https://user:secret@example.org/',
  'https://localhost/',
  'https://shop.internal/',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0x7f000001/',
  'https://0.0.0.0/',
  'https://10.1.2.3/',
  'https://172.16.0.1/',
  'https://192.168.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://100.64.0.1/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://192.0.2.1/',
  'https://[::1]/',
  'https://[::]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[fc00::1]/',
  'https://[fe80::1]/',
  'ftp://example.org/',
  'no address',
])('%s is no target', (address) => {
  expect(refusalOf(address, false)).not.toBeNull()
})

it.each(['https://example.org/hook?a=1', 'https://93.184.216.34/', 'https://[2606:4700::1111]:8443/'])(
  '%s is a target',
  (address) => {
    expect(refusalOf(address, false)).toBeNull()
  },
)

it('may be private where that is configured, and still names nobody', () => {
  expect(refusalOf('http://127.0.0.1:8080/', true)).toBeNull()
  expect(refusalOf('http://user:secret@127.0.0.1/', true)).not.toBeNull()
  expect(refusalOf('ftp://127.0.0.1/', true)).not.toBeNull()
})

it('is looked up once, and refused where any of its addresses is private', async () => {
  const url = new URL('https://example.org/')
  const both = async () => [
    { address: '93.184.216.34', family: 4 as const },
    { address: '10.0.0.1', family: 4 as const },
  ]
  await expect(pinnedAddress(url, false, both)).rejects.toBeInstanceOf(TargetRefused)
  await expect(pinnedAddress(url, false, async () => [])).rejects.toBeInstanceOf(TargetRefused)
  expect(await pinnedAddress(url, true, both)).toEqual({ address: '93.184.216.34', family: 4 })
  expect(await pinnedAddress(url, false, async () => (await both()).slice(0, 1))).toEqual({
    address: '93.184.216.34',
    family: 4,
  })
})
