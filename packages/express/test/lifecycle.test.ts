import { exchange, requestText, rootOf } from '@cinescope/testkit'
import supertest from 'supertest'
import { expect, test } from 'vitest'
import { serveRecorded } from './fixture.ts'

test('a client that goes away leaves an aborted film, whose handler is ended with it', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/', function hangs(_req, res) {
      res.write('some')
    })
  })
  await exchange(server.port, requestText('GET', '/'), { until: (received) => received.includes('some') })
  const [film] = await server.films(1)
  expect(film!.summary).toMatchObject({ aborted: true, status: 200 })
  expect(film!.events.find(({ kind }) => kind === 'handler')).toMatchObject({
    name: 'hangs',
    aborted: true,
    open: false,
  })
})

test('a request that is given up before an answer began has no status', async () => {
  let arrived: () => void = () => undefined
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve
  })
  await using server = await serveRecorded((app) => {
    app.get('/', () => arrived())
  })
  const abort = new AbortController()
  const pending = fetch(server.url, { signal: abort.signal }).catch(() => undefined)
  await arrival
  abort.abort()
  await pending
  const [film] = await server.films(1)
  expect(film!.summary).toMatchObject({ aborted: true, status: 0 })
  expect(rootOf(film!).result).not.toHaveProperty('http.response.status_code')
})

test('pipelined requests are films of their own', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/:n', (req, res) => void setTimeout(() => res.send(req.params.n), 5 - Number(req.params['n'])))
  })
  const keep = { Connection: 'keep-alive' }
  await exchange(
    server.port,
    requestText('GET', '/1', keep) + requestText('GET', '/2', keep) + requestText('GET', '/3'),
  )
  const films = await server.films(3)
  expect(films.map((film) => rootOf(film).value)).toMatchObject([
    { 'url.path': '/1' },
    { 'url.path': '/2' },
    { 'url.path': '/3' },
  ])
})

test('the trace of a traceparent is adopted and sent back when the option says so', async () => {
  await using server = await serveRecorded(
    (app) => {
      app.get('/', (_req, res) => void res.end())
    },
    { traceparentHeader: true },
  )
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  const response = await fetch(server.url, { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } })
  const [film] = await server.films(1)
  expect(film!.summary.traceId).toBe(trace)
  expect(response.headers.get('traceparent')).toBe(`00-${trace}-${film!.summary.id}-01`)
})

test('res.locals is the state at the end', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/', (_req, res) => {
      res.locals['user'] = { id: 7, password: 'secret' }
      res.end()
    })
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  expect(film!.events.find(({ kind }) => kind === 'state.snapshot')).toMatchObject({
    name: 'res.locals',
    value: { user: { id: 7 } },
  })
})

test('places of functions are known after the first requests', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/', function placed(_req, res) {
      res.end()
    })
  })
  await fetch(server.url)
  await expect
    .poll(
      async () => {
        await fetch(server.url)
        const films = await server.films(1)
        return films.at(-1)!.events.find(({ name }) => name === 'placed')?.site
      },
      { timeout: 5000, interval: 50 },
    )
    .toMatchObject({ file: import.meta.filename, line: expect.any(Number), column: expect.any(Number) })
})

test('a test by supertest gets the film of the request it made', async () => {
  await using server = await serveRecorded(
    (app) => void app.get('/things/:id', (_req, res) => void res.json({ ok: true })),
  )
  const film = await server.scope.record(() => supertest(server.app).get('/things/1').expect(200))
  expect(film.result.body).toEqual({ ok: true })
  expect(film.summary).toMatchObject({ name: 'GET /things/:id', status: 200 })
})
