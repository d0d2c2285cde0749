/**
 * Where webhooks may lead. Whoever subscribes chooses the address, and this machine calls it: so it must not be made
 * to call what only it can reach. The name is resolved once, all its addresses are checked, and the connection goes
 * to the one that was checked, whatever the name says by then.
 */
import { lookup } from 'node:dns/promises'
import ipaddr from 'ipaddr.js'

/** The address leads where webhooks must not. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused'
}

export interface Address {
  readonly address: string
  readonly family: 4 | 6
}

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<readonly Address[]>

export const resolveByDns: Resolve = async (name) => {
  const found = await lookup(name, { all: true, verbatim: true })
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}

/**
 * Whether everybody may be called there: no private, loopback, link-local, shared, reserved or multicast address, and
 * none that carries another one (IPv4 within IPv6, but for those that are mapped, which count as what they carry).
 */
const isPublic = (address: string): boolean => ipaddr.process(address).range() === 'unicast'

const literalOf = ({ hostname }: URL): string | null => {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return ipaddr.isValid(bare) ? bare : null
}

/** Why an address cannot be a target, as far as can be told without looking its name up; null where it may be. */
export const refusalOf = (text: string, allowPrivate: boolean): string | null => {
  if (!URL.canParse(text)) return 'It is no address of the web.'
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return 'Leave the user name and the password out.'
  if (allowPrivate)
    return ['http:', 'https:'].includes(url.protocol) ? null : 'It has to begin with https:// or http://.'
  if (url.protocol !== 'https:') return 'It has to begin with https://.'
  const literal = literalOf(url)
  if (literal !== null && !isPublic(literal))
    return 'It is not reached from everywhere. Name a public address.'
  if (/(^|\.)(localhost|local|internal|home\.arpa)\.?$/i.test(url.hostname))
    return 'It is not reached from everywhere. Name a public address.'
  return null
}

/**
 * The one address that a delivery may connect to.
 * @throws {TargetRefused}; whatever `resolve` rejects with, where the name cannot be looked up
 */
export const pinnedAddress = async (url: URL, allowPrivate: boolean, resolve: Resolve): Promise<Address> => {
  const refusal = refusalOf(url.href, allowPrivate)
  if (refusal !== null) throw new TargetRefused(refusal)
  const literal = literalOf(url)
  if (literal !== null) return { address: literal, family: ipaddr.parse(literal).kind() === 'ipv6' ? 6 : 4 }
  const found = await resolve(url.hostname)
  const [first] = found
  if (first === undefined) throw new TargetRefused(`${url.hostname} has no address.`)
  // One that may not be called is enough: a name that answers both is on its way from one to the other.
  if (!allowPrivate && found.some(({ address }) => !isPublic(address)))
    throw new TargetRefused(`${url.hostname} leads to an address that is not reached from everywhere.`)
  return first
}
