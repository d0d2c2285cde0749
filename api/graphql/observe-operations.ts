/** Counts and times operations, and tells their span what they are. Neither names nor values that come in are labels. */
import {
  type ExecutionResult,
  type GraphQLError,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql'
import { isAsyncIterable, isPromise, type Plugin } from 'graphql-yoga'
import { describeActiveSpan, isTracing } from '../../platform/tracing.ts'
import type { ApiContext } from './context.ts'
import { codeOf } from './masking.ts'

/** Longest name of an operation that a span is told. */
const nameLength = 100

const describe = ({ operation, name }: OperationDefinitionNode): void => {
  if (!isTracing()) return
  const named = name === undefined ? {} : { 'graphql.operation.name': name.value.slice(0, nameLength) }
  describeActiveSpan({ 'graphql.operation.type': operation, ...named })
}

const outcomeOf = (errors: readonly GraphQLError[] | undefined): string => {
  const [first] = errors ?? []
  return first === undefined ? 'OK' : codeOf(first)
}

/** To stand behind the plugins that limit, so that what they refuse is counted too. */
export const observeOperations: Plugin<ApiContext> = {
  onExecute({ args, executeFn, setExecuteFn }) {
    const { document, operationName, contextValue } = args
    const operation = getOperationAST(document, operationName)
    if (!operation) return
    describe(operation)
    const startedAt = performance.now()
    const observed = (result: ExecutionResult): ExecutionResult => {
      const seconds = (performance.now() - startedAt) / 1_000
      if (!isAsyncIterable(result))
        contextValue.metrics.operation(operation.operation, outcomeOf(result.errors), seconds)
      return result
    }
    setExecuteFn((given) => {
      const running = executeFn(given)
      return isPromise(running) ? Promise.resolve(running).then(observed) : observed(running)
    })
  },
  onSubscribe({ args }) {
    const operation = getOperationAST(args.document, args.operationName)
    if (operation) describe(operation)
  },
}
