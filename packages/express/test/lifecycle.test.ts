import { ServerResponse } from 'node:http'
import { exchange, outlineOf, requestText, rootOf } from '@cinescope/testkit'
import { type Response, Router } from 'express'
import supertest from 'supertest'
import { expect, test } from 'vitest'
import { serveRecorded, routerAt } from './fixture.ts'

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

test('a handler whose promise never settles ends when the client goes away', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/', async function waits(_req, res) {
      res.write('some')
      await new Promise(() => undefined)
    })
  })
  await exchange(server.port, requestText('GET', '/'), { until: (received) => received.includes('some') })
  const [film] = await server.films(1)
  expect(film!.events.find(({ kind }) => kind === 'handler')).toMatchObject({
    name: 'waits',
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

test('a listener of a response runs in the film of its own request, whoever answers it', async () => {
  let waiting: Response | undefined
  let arrived: () => void = () => undefined
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve
  })
  await using server = await serveRecorded((app, scope) => {
    app.get('/poll', (_req, res) => {
      res.on('finish', () => scope.log('polled'))
      waiting = res
      arrived()
    })
    app.post('/send', (_req, res) => {
      waiting?.end('message')
      res.end()
    })
  })
  const polling = fetch(`${server.url}/poll`).then((response) => response.text())
  await arrival
  await fetch(`${server.url}/send`, { method: 'POST' })
  expect(await polling).toBe('message')
  const films = await server.films(2)
  const logs = films.map(({ summary, events }) => [summary.name, events.filter(({ kind }) => kind === 'log').length])
  expect(logs).toEqual([
    ['GET /poll', 1],
    ['POST /send', 0],
  ])
})

test('what follows a second call of next is not inside the router that took the first', async () => {
  await using server = await serveRecorded((app) => {
    app.use(function twice(_req, _res, next) {
      next()
      next()
    })
    const router = Router()
    router.get('/x', function inner(_req, res) {
      res.end()
    })
    app.use('/r', router)
    app.get('/r/x', function outer() {
      // the first call has answered
    })
  })
  await fetch(`${server.url}/r/x`)
  const [film] = await server.films(1)
  expect(outlineOf(film!)).toEqual([
    'request GET /r/x',
    '  middleware twice',
    `  router ${routerAt('/r')}`,
    '    handler inner',
    '  handler outer',
  ])
})

test('a film ends though the host takes all listeners off', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/', (_req, res) => {
      res.removeAllListeners('close')
      res.end()
    })
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  expect(film!.events.filter(({ open }) => open)).toEqual([])
})

test('a film ends though the response does not let itself be asked for its headers', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/', (_req, res) => {
      res.end('ok')
      res.getHeader = () => {
        throw new Error('not now')
      }
    })
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  expect(film!.summary).toMatchObject({ name: 'GET /', status: 200 })
  expect(server.scope.status().faults).toHaveLength(1)
})

test('a film of an upgraded connection ends with the connection', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/socket', function takes() {
      // the connection is the host's
    })
  })
  server.server.on('upgrade', (req, socket) => {
    server.app(req, new ServerResponse(req))
    socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
  })
  await exchange(server.port, requestText('GET', '/socket', { Connection: 'Upgrade', Upgrade: 'test' }))
  const [film] = await server.films(1)
  expect(outlineOf(film!)).toEqual(['request GET /socket', '  handler takes'])
  expect(film!.events.map(({ open, aborted }) => [open, aborted])).toEqual([
    [false, false],
    [false, false],
  ])
})
