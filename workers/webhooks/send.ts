/** Sends one delivery: to a checked address, in bounded time, reading a bounded answer, following nothing. */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { pinnedAddress, type Resolve, resolveByDns, TargetRefused } from './target.ts'

/** Milliseconds for the whole of a delivery, and bytes of the answer that are read at most. */
const patienceMs = 10_000
const mostBytes = 4_096

export interface Delivery {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface SendOptions {
  readonly allowPrivate: boolean
  readonly resolve?: Resolve
  readonly patienceMs?: number
  readonly signal?: AbortSignal
}

/** What came of it. `problem`: a word for what went wrong where there is no status. */
export type Sent =
  | { readonly kind: 'ANSWERED'; readonly status: number }
  | { readonly kind: 'NO_ANSWER'; readonly problem: string }
  | { readonly kind: 'REFUSED'; readonly problem: string }

const codeOf = (error: unknown): string => {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'UNKNOWN'
}

/** Never rejects. */
export const send = async ({ url: text, headers, body }: Delivery, options: SendOptions): Promise<Sent> => {
  const url = new URL(text)
  const timeout = AbortSignal.timeout(options.patienceMs ?? patienceMs)
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal])
  try {
    const pinned = await pinnedAddress(url, options.allowPrivate, options.resolve ?? resolveByDns)
    const status = await new Promise<number>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(
        url,
        {
          method: 'POST',
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
          // No connection is used twice: each goes to the address that was checked for it.
          agent: false,
          lookup: (_name, { all }, answer) =>
            all === true ? answer(null, [pinned]) : answer(null, pinned.address, pinned.family),
          signal,
        },
        (response) => {
          let bytes = 0
          const answer = () => {
            resolve(response.statusCode ?? 0)
            response.destroy()
          }
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length
            if (bytes > mostBytes) answer()
          })
          response.on('end', answer)
          response.on('error', reject)
        },
      )
      request.on('error', reject)
      request.end(body)
    })
    return { kind: 'ANSWERED', status }
  } catch (error) {
    if (error instanceof TargetRefused) return { kind: 'REFUSED', problem: error.message }
    return { kind: 'NO_ANSWER', problem: timeout.aborted ? 'TIMED_OUT' : codeOf(error) }
  }
}
