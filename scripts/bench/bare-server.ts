/** Child: bare graphql-js on node:http with cached documents, and a mutation of the same input that does nothing. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { buildSchema, type DocumentNode, execute, parse, validate } from 'graphql'
import { answerQuestions } from './child.ts'

const schema = buildSchema(readFileSync(new URL('../../api/schema.graphql', import.meta.url), 'utf8'))
const documents = new Map<string, DocumentNode>()
const rootValue = {
  recordPurchase: () => ({ purchaseId: 'purchase', position: 'position', replayed: false, userErrors: [] }),
}

const documentOf = (query: string): DocumentNode => {
  const known = documents.get(query)
  if (known !== undefined) return known
  const document = parse(query)
  const [error] = validate(schema, document)
  if (error !== undefined) throw error
  documents.set(query, document)
  return document
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString())
    Promise.resolve(execute({ schema, document: documentOf(query), variableValues: variables, rootValue }))
      .then((result) => {
        const body = JSON.stringify(result)
        response.writeHead(200, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        })
        response.end(body)
      })
      .catch((error: unknown) => {
        process.stderr.write(`${String(error)}\n`)
        process.exit(1)
      })
  })
})
await new Promise<void>((resolve) => {
  server.listen(0, '127.0.0.1', resolve)
})
const address = server.address()
const port = typeof address === 'object' && address !== null ? address.port : 0

answerQuestions(
  async () => ({ port }),
  () =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
)
