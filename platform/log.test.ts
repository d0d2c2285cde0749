import { expect, it } from 'vitest'
import { createLogger } from './log.ts'

const logged = (write: (logger: ReturnType<typeof createLogger>) => void, level = 'info') => {
  const lines: string[] = []
  write(createLogger({ level, stream: { write: (line) => lines.push(line) } }))
  return lines.map((line): Record<string, unknown> => JSON.parse(line))
}

it('writes one JSON document a line, with the level by name and the time in ISO 8601', () => {
  const [entry] = logged((logger) => logger.info({ stream: 'purchase-1' }, 'appended'))
  expect(entry).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    stream: 'purchase-1',
    msg: 'appended',
  })
})

it('keeps secrets and personal data out, wherever they stand', () => {
  const [entry] = logged((logger) =>
    logger.warn({
      token: 't0ps3cret',
      member: { phone: 't0ps3cret', id: 'person_1' },
      req: { headers: { authorization: 'Bearer t0ps3cret', cookie: 't0ps3cret' } },
      variables: { input: 't0ps3cret' },
    }),
  )
  expect(JSON.stringify(entry)).not.toContain('t0ps3cret')
  expect(entry).toMatchObject({ token: '[hidden]', member: { phone: '[hidden]', id: 'person_1' } })
})

it('writes errors with their type, message and cause', () => {
  const [entry] = logged((logger) => logger.error(new Error('outer', { cause: new Error('inner') })))
  expect(entry).toMatchObject({
    level: 'error',
    msg: 'outer',
    err: { type: 'Error', message: 'outer: inner' },
  })
})

it('writes an error beside what it is about, one that came from a thread too', () => {
  const error = structuredClone(new RangeError('too far'))
  const [entry] = logged((logger) => logger.error({ error, projection: 'matrix' }, 'it failed'))
  expect(entry).toMatchObject({
    msg: 'it failed',
    projection: 'matrix',
    error: { type: 'RangeError', message: 'too far', stack: expect.stringContaining('too far') },
  })
})

it('leaves out what is below its level', () => {
  expect(logged((logger) => logger.info('x'), 'warn')).toEqual([])
})
