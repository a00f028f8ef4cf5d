import { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import { expect, test } from 'vitest'
import { serveRecorded, rejecting } from './fixture.ts'

const boom = (): Error => new Error('outer', { cause: new TypeError('inner') })
const answer: ErrorRequestHandler = function answer(_error, _req, res, _next) {
  res.status(500).json({ failed: true })
}

test.each([
  [
    'throws',
    (): never => {
      throw boom()
    },
  ],
  ['rejects', rejecting(boom)],
  ['calls next with an error', (_req, _res, next) => next(boom())],
  ['calls next with an error later', (_req, _res, next) => void setTimeout(() => next(boom()), 1)],
] satisfies readonly (readonly [string, RequestHandler])[])(
  'a handler that %s has its error recorded once, with stack and causes',
  async (_name, handler) => {
    await using server = await serveRecorded((app) => {
      const router = Router()
      router.get('/bad', handler)
      app.use('/in', router)
      app.use(answer)
    })
    await fetch(`${server.url}/in/bad`)
    const [film] = await server.films(1)
    const errors = film!.events.filter(({ kind }) => kind === 'error')
    expect(errors).toHaveLength(1)
    const at = film!.events.find(({ id }) => id === errors[0]!.parent)
    expect([at?.kind, at?.error]).toEqual(['handler', true])
    expect(JSON.stringify(errors[0]!.value)).toMatch(/outer.*inner/)
    expect(film!.summary).toMatchObject({ name: 'GET /in/bad', status: 500, error: true })
    expect(film!.events.find(({ kind }) => kind === 'filter')).toMatchObject({ name: 'answer', error: false })
  },
)

test('an error that error middleware answers with 400 does not fail the film', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/', () => {
      throw boom()
    })
    app.use(((_error, _req, res, _next) => void res.status(400).end()) satisfies ErrorRequestHandler)
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  expect(film!.summary).toMatchObject({ status: 400, error: false, errors: expect.any(Number) })
  expect(film!.events.filter(({ kind }) => kind === 'error')).toHaveLength(1)
})

test('an error that reaches the final handler fails the film, whatever its status', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/', () => {
      throw Object.assign(boom(), { status: 418 })
    })
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  expect(film!.summary).toMatchObject({ status: 418, error: true })
})

test('an error that error middleware replaces is recorded beside the first', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/', () => {
      throw new Error('one')
    })
    app.use(function replace(_error, _req, _res, next) {
      next(new Error('two'))
    } satisfies ErrorRequestHandler)
    app.use(function pass(error, _req, _res, next) {
      next(error)
    } satisfies ErrorRequestHandler)
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  const errors = film!.events.filter(({ kind }) => kind === 'error')
  expect(errors.map(({ name }) => name)).toEqual(['<anonymous>', 'replace'])
})

test('an error that no layer raised is recorded where it is met first', async () => {
  await using server = await serveRecorded((app) => {
    app.param('id', (_req, _res, next) => next(new Error('bad id')))
    app.get('/things/:id', (_req, res) => void res.end())
    app.get('/file', function sends(_req, res) {
      res.sendFile('/no/such/file')
    })
    app.use(answer)
  })
  await fetch(`${server.url}/things/1`)
  await fetch(`${server.url}/file`)
  const films = await server.films(2)
  const places = films.map(({ events }) =>
    events.filter(({ kind }) => kind === 'error').map(({ parent }) => events.find(({ id }) => id === parent)?.kind),
  )
  expect(places).toEqual([['request'], ['handler']])
})
