/**
 * The short way for what nearly all requests are: a POST of plain JSON. It hands the parsed parameters to Yoga's own
 * `getResultForParams`, so that parameters are checked, documents parsed, validated and executed, and errors masked
 * as ever; it leaves out what turns node's request into a fetch request and back. Whatever is odd about a request goes
 * the long way, with its body.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ExecutionResult } from 'graphql'
import { isAsyncIterable, processRegularResult } from 'graphql-yoga'
import type { ApiContext } from '../graphql/context.ts'
import { isRecord } from '../graphql/input-value.ts'
import type { GraphQLServer } from '../graphql/yoga.ts'
import { sendResponse, sendText } from './answer.ts'

/** What Yoga answers in, for what is commonly accepted. Anything else is left to Yoga. */
const mediaTypes: ReadonlyMap<string | undefined, string> = new Map([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['application/graphql-response+json', 'application/graphql-response+json'],
  ['application/graphql-response+json, application/json', 'application/graphql-response+json'],
])

const jsonTypes = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
])

/** The media type to answer in, or undefined where the request has to go the long way. */
export const plainAnswerType = ({ method, url, headers }: IncomingMessage): string | undefined => {
  if (method !== 'POST' || url !== '/graphql') return undefined
  if (headers['content-encoding'] !== undefined || !jsonTypes.has(headers['content-type'] ?? ''))
    return undefined
  return mediaTypes.get(headers.accept)
}

interface Params {
  readonly query?: string
  readonly variables?: Record<string, unknown>
  readonly operationName?: string
}

/** Parameters as they should be; undefined for anything that is for Yoga to refuse, or to make sense of. */
export const parseParams = (body: Buffer): Params | undefined => {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString())
  } catch {
    return undefined
  }
  if (!isRecord(parsed)) return undefined
  const { query, variables, operationName, ...rest } = parsed
  if (typeof query !== 'string' || Object.keys(rest).length > 0) return undefined
  const params: { query: string; variables?: Record<string, unknown>; operationName?: string } = { query }
  if (variables !== undefined && variables !== null) {
    if (!isRecord(variables)) return undefined
    params.variables = variables
  }
  if (operationName !== undefined && operationName !== null) {
    if (typeof operationName !== 'string') return undefined
    params.operationName = operationName
  }
  return params
}

const isSubscription = (query: string): boolean => /\bsubscription\b/.test(query)

const isPlain = (result: ExecutionResult): boolean => {
  const { errors, extensions } = result
  return (
    (errors === undefined || errors.length === 0) &&
    extensions?.http === undefined &&
    !('stringify' in result)
  )
}

/** Answers in the short way. False: nothing was done, and the request goes the long way. */
export type AnswerPlainly = (
  response: ServerResponse,
  context: ApiContext,
  mediaType: string,
  params: Params,
) => Promise<boolean>

/**
 * Errors of parsing and validation are found before anything runs, and are worded by the same functions either way.
 * Hooks look at the request for its method alone, so that all share one: they are dear to make.
 */
export const createPlainAnswer = (yoga: GraphQLServer): AnswerPlainly => {
  const { fetchAPI, getResultForParams } = yoga
  const request = new fetchAPI.Request('http://localhost/graphql', { method: 'POST' })
  return async (response, context, mediaType, params) => {
    const { query } = params
    if (query === undefined || isSubscription(query)) return false
    const result = await getResultForParams({ params: { ...params }, request }, { ...context })
    if (result === undefined || isAsyncIterable(result))
      throw new TypeError('A query was answered with a stream.')
    if (isPlain(result)) {
      sendText(response, 200, { 'content-type': `${mediaType}; charset=utf-8` }, JSON.stringify(result))
    } else {
      await sendResponse(response, processRegularResult(result, fetchAPI, mediaType))
    }
    return true
  }
}
