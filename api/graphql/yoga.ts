/** GraphQL Yoga, with the limits around it. */
import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql'
import { createYoga, isAsyncIterable, isPromise, type Plugin } from 'graphql-yoga'
import { BoundedMap } from '../auth/bounded-map.ts'
import type { Services } from '../services.ts'
import type { ApiContext } from './context.ts'
import { costOf } from './cost.ts'
import { limitRule, parserWith } from './limits.ts'
import { createMaskError } from './masking.ts'
import { deeperThan } from './nesting.ts'
import { observeOperations } from './observe-operations.ts'
import { createRateBuckets } from './rate-bucket.ts'
import { RequestError } from './request-error.ts'
import { unfitTextAdvice, unfitTextIn } from './unfit-text.ts'

/** Documents whose parse and verdict are kept: so many, of at most so many characters. */
const kept = { documents: 1_000, characters: 20_000 } as const

const cacheOf = <Value>() => {
  const entries = new BoundedMap<Value>(kept.documents)
  return {
    get: (document: string) => entries.get(document),
    set: (document: string, value: Value) => {
      if (document.length <= kept.characters) entries.set(document, value)
    },
  }
}

const tooDeep = (limit: number): RequestError =>
  new RequestError('BAD_REQUEST', `The variables are more than ${limit} levels deep. Send them flatter.`, {
    limit,
  })

const limitDocuments = ({ limits }: Services): Plugin<ApiContext> => {
  const parse = parserWith(limits.tokens, limits.nesting)
  const rule = limitRule(limits)
  return {
    // The first that looks at what was sent: all that comes after may call itself once for each level.
    onParams({ params, setResult }) {
      if (deeperThan(params, limits.nesting + 1)) setResult({ errors: [tooDeep(limits.nesting)] })
    },
    onParse: ({ setParseFn }) => setParseFn(parse),
    onValidate: ({ addValidationRule }) => addValidationRule(rule),
  }
}

interface CostExtension {
  readonly requested: number
  readonly available: number
  readonly capacity: number
  readonly restorePerSecond: number
}

/** Takes the price of an operation from its caller's bucket, and says what it was in the answer. */
const chargeOperations = (schema: GraphQLSchema, { limits, clock }: Services) => {
  const buckets = createRateBuckets(limits.bucket, clock)
  const { points: capacity, perSecond: restorePerSecond } = limits.bucket
  /** @throws {RequestError} QUERY_TOO_COSTLY | THROTTLED */
  return (
    document: Parameters<typeof costOf>[1],
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
    context: ApiContext,
  ): CostExtension => {
    const requested = costOf(schema, document, operation, variables)
    if (requested > limits.cost)
      throw new RequestError(
        'QUERY_TOO_COSTLY',
        `This may cost ${requested} points; one request may cost ${limits.cost}. Ask for smaller pages, or in parts.`,
        { requested, limit: limits.cost },
      )
    const { taken, available, retryAfterMs } = buckets.charge(context.spender, requested)
    const cost = { requested, available, capacity, restorePerSecond }
    if (!taken)
      throw new RequestError(
        'THROTTLED',
        `Too much was asked for in a short time. Try again in ${retryAfterMs} ms.`,
        {
          cost,
          retryAfterMs,
        },
      )
    return cost
  }
}

const timedOut = (operation: OperationDefinitionNode, limit: number): ExecutionResult => ({
  errors: [
    new RequestError(
      'TIMEOUT',
      operation.operation === 'mutation'
        ? `No outcome was known within ${limit} ms. It may have happened: send the same with the same key again.`
        : `No answer was ready within ${limit} ms. Ask for less, or try again.`,
    ),
  ],
})

/** Answers when the time is up, whatever still runs. */
const within = async <Result>(
  running: Promise<Result>,
  limit: number,
  late: () => Result,
): Promise<Result> => {
  const { promise, resolve } = Promise.withResolvers<Result>()
  const timer = setTimeout(() => resolve(late()), limit)
  try {
    return await Promise.race([running, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** @throws {RequestError} BAD_REQUEST */
const checkVariables = (variables: Readonly<Record<string, unknown>>): void => {
  const found = unfitTextIn(variables)
  if (found !== null) throw new RequestError('BAD_REQUEST', `$${found.join('.')}: ${unfitTextAdvice}`)
}

const limitExecution = (schema: GraphQLSchema, services: Services): Plugin<ApiContext> => {
  const charge = chargeOperations(schema, services)
  const { wallClockMs } = services.limits
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { document, operationName, variableValues, contextValue } = args
      const operation = getOperationAST(document, operationName)
      if (!operation) return
      setExecuteFn((given) => {
        let cost: CostExtension
        try {
          // Mutations say where in their input it stands.
          if (operation.operation !== 'mutation') checkVariables(variableValues ?? {})
          cost = charge(document, operation, variableValues ?? {}, contextValue)
        } catch (error) {
          return { errors: [error] }
        }
        const priced = (result: ExecutionResult): ExecutionResult =>
          isAsyncIterable(result) ? result : { ...result, extensions: { ...result.extensions, cost } }
        const running = executeFn(given)
        return isPromise(running)
          ? within(Promise.resolve(running).then(priced), wallClockMs, () => timedOut(operation, wallClockMs))
          : priced(running)
      })
    },
    onSubscribe({ args, setSubscribeFn }) {
      const { document, operationName, variableValues, contextValue } = args
      const operation = getOperationAST(document, operationName)
      if (!operation) return
      try {
        checkVariables(variableValues ?? {})
        const { principal, subscriptions } = contextValue
        if (principal !== null) subscriptions.check(principal.subject)
        charge(document, operation, variableValues ?? {}, contextValue)
      } catch (error) {
        setSubscribeFn(() => ({ errors: [error] }))
      }
    },
  }
}

const withoutHttp = (error: GraphQLError): GraphQLError => {
  const { http: _, ...extensions } = error.extensions
  const { message, nodes, source, positions, path } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions })
}

const isErrors = (errors: unknown): errors is readonly GraphQLError[] =>
  Array.isArray(errors) && errors.every((error) => error instanceof GraphQLError)

/** An answer that has data is answered with 200, whatever part of it failed: the draft of GraphQL over HTTP says so. */
const statusOfPartialAnswers: Plugin<ApiContext> = {
  onExecutionResult({ result, setResult }) {
    if (result === undefined || Array.isArray(result) || isAsyncIterable(result)) return
    if (result.data === undefined || result.data === null || !isErrors(result.errors)) return
    setResult({ ...result, errors: result.errors.map(withoutHttp) })
  },
}

/** Hooks of Yoga's that the short way of requests (api/http/fast-path.ts) does not call. */
const skipped = ['onRequest', 'onRequestParse', 'onResponse', 'onResultProcess', 'instrumentation'] as const

/** @throws {TypeError} where a plugin of ours relies on a hook that the short way leaves out */
const checkPlugins = (plugins: readonly Plugin<ApiContext>[]): void => {
  for (const plugin of plugins)
    for (const hook of skipped)
      if (hook in plugin)
        throw new TypeError(`A plugin uses ${hook}, which the short way of requests leaves out.`)
}

export const createGraphQL = (schema: GraphQLSchema, services: Services) => {
  const plugins = [
    limitDocuments(services),
    limitExecution(schema, services),
    observeOperations,
    statusOfPartialAnswers,
  ]
  checkPlugins(plugins)
  const maskError = createMaskError(services.log, services.newId)
  return createYoga<ApiContext>({
    schema,
    plugins,
    parserAndValidationCache: { documentCache: cacheOf(), errorCache: cacheOf() },
    maskedErrors: { maskError },
    // The body is bounded before it gets here.
    maxRequestBodySize: false,
    multipart: false,
    batching: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/graphql/health',
    logging: false,
  })
}

export type GraphQLServer = ReturnType<typeof createGraphQL>
