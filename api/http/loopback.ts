/** Requests of this machine's own: the only ones that sign in people without a password, or see metrics without a role. */
import type { IncomingMessage } from 'node:http'

const addresses = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
const names = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/**
 * Comes from this machine, was not passed on by a proxy, and names this machine as its host: a page elsewhere that
 * has its name resolve to this address names another.
 */
export const isLoopback = ({ socket, headers }: IncomingMessage): boolean =>
  addresses.test(socket.remoteAddress ?? '') &&
  headers['x-forwarded-for'] === undefined &&
  headers.forwarded === undefined &&
  names.test(headers.host ?? '')
