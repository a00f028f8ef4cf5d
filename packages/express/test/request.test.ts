import { outlineOf, rootOf } from '@cinescope/testkit'
import express, { type Express, Router } from 'express'
import { expect, test } from 'vitest'
import { serveRecorded, EXPRESS_MAJOR, routerAt } from './fixture.ts'

test('a request is a film with its middlewares and handler as siblings', async () => {
  await using server = await serveRecorded((app) => {
    app.use(function first(_req, _res, next) {
      next()
    })
    app.use(function second(_req, _res, next) {
      setTimeout(next, 1)
    })
    app.get('/things/:id', function show(req, res) {
      res.json({ id: req.params.id })
    })
  })
  await fetch(`${server.url}/things/7`)
  const [film] = await server.films(1)
  expect(outlineOf(film!)).toEqual([
    'request GET /things/:id',
    '  middleware first',
    '  middleware second',
    '  handler show',
    '  attribute http.response.body',
  ])
  expect(film!.summary).toMatchObject({ name: 'GET /things/:id', status: 200, error: false, aborted: false })
})

test('the root holds what OpenTelemetry calls it, headers redacted', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/things/:id', (_req, res) => {
      res.set('set-cookie', 'sid=secret-response').status(201).json({ ok: true })
    })
  })
  await fetch(`${server.url}/things/a%20b?page=2&token=secret-query`, {
    headers: { authorization: 'Bearer secret-header', cookie: 'sid=secret-cookie', 'x-plain': 'seen' },
  })
  const [film] = await server.films(1)
  const root = rootOf(film!)
  expect(root.value).toMatchObject({
    'http.request.method': 'GET',
    'url.path': '/things/a%20b',
    'server.address': '127.0.0.1',
    'client.address': '127.0.0.1',
    'network.protocol.version': '1.1',
    'http.request.header': { 'x-plain': 'seen' },
  })
  expect(root.result).toMatchObject({
    'http.route': '/things/:id',
    'http.response.status_code': 201,
    'http.response.header': { 'content-type': 'application/json; charset=utf-8' },
    'http.response.body.size': 11,
    'cinescope.http.request.params': { id: 'a b' },
  })
  expect(film!.events.find(({ name }) => name === 'url.query')?.value).toMatchObject({ page: '2' })
  expect(JSON.stringify(film)).not.toContain('secret-')
  expect(root.number).toBe(201)
})

test('the route template goes across mounted applications and routers', async () => {
  await using server = await serveRecorded((app) => {
    const posts = Router({ mergeParams: true })
    posts.get('/posts/:pid', function show(_req, res) {
      res.send('ok')
    })
    const users = Router()
    users.use('/u/:uid', posts)
    const sub = express()
    sub.use('/v1/', users)
    app.use('/api', sub)
  })
  await fetch(`${server.url}/api/v1/u/3/posts/9`)
  const [film] = await server.films(1)
  expect(film!.summary.name).toBe('GET /api/v1/u/:uid/posts/:pid')
  expect(rootOf(film!).result).toMatchObject({ 'cinescope.http.request.params': { uid: '3', pid: '9' } })
  expect(outlineOf(film!).slice(1, 5)).toEqual([
    `  router ${routerAt('/api')}`,
    `    router ${routerAt('/v1/')}`,
    `      router ${routerAt('/u/:uid')}`,
    '        handler show',
  ])
})

type PathParams = Parameters<Express['all']>[0]

const ROUTES: readonly (readonly [path: PathParams, url: string, name: string])[] = [
  ['/exact', '/exact', 'GET /exact'],
  [['/one/:a', '/two/:b'], '/two/2', 'GET /two/:b'],
  [/^\/re(\d+)$/, '/re12', 'GET /^\\/re(\\d+)$/'],
  ['/', '/', 'GET /'],
  EXPRESS_MAJOR === 5 ? ['/files/*path', '/files/a/b', 'GET /files/*path'] : ['/files/*', '/files/a', 'GET /files/*'],
  EXPRESS_MAJOR === 5 ? ['/opt{/:x}', '/opt', 'GET /opt{/:x}'] : ['/opt/:x?', '/opt', 'GET /opt/:x?'],
]

test.each(ROUTES)('a route %s is named by its template', async (path, url, name) => {
  await using server = await serveRecorded((app) => {
    app.get(path, (_req, res) => void res.send('ok'))
  })
  await fetch(`${server.url}${url}`)
  const [film] = await server.films(1)
  expect(film!.summary.name).toBe(name)
})

test('a request that no route answers has no route', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/passed', (_req, _res, next) => next())
  })
  await fetch(`${server.url}/passed`)
  const [film] = await server.films(1)
  expect(film!.summary).toMatchObject({ name: 'GET', status: 404, error: false })
  expect(rootOf(film!).result).not.toHaveProperty('http.route')
})

test('children of asynchronous code find the layer they run in', async () => {
  await using server = await serveRecorded((app, scope) => {
    app.use(async function load(_req, _res, next) {
      await new Promise((resolve) => setTimeout(resolve, 2))
      scope.span('query 1', () => 1)
      next()
    })
    app.get('/', async function show(_req, res) {
      await Promise.all([scope.span('query 2', async () => 2), scope.span('query 3', async () => 3)])
      res.send('ok')
    })
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  expect(outlineOf(film!).slice(0, 6)).toEqual([
    'request GET /',
    '  middleware load',
    '    span query 1',
    '  handler show',
    '    span query 2',
    '    span query 3',
  ])
})

test.each(['data', 'end', 'close'] as const)('a listener of the request for %s runs in its context', async (type) => {
  await using server = await serveRecorded((app, scope) => {
    app.post('/', (req, res) => {
      if (type !== 'data') req.resume()
      req.on(type, () => {
        scope.log('heard')
        if (type !== 'close') res.end('ok')
      })
      if (type === 'close') res.end('ok')
    })
  })
  await fetch(server.url, { method: 'POST', body: 'hello' })
  const [film] = await server.films(1)
  expect(film!.events.map(({ kind }) => kind)).toContain('log')
})

test.each(['finish', 'close'] as const)('a listener of the response for %s runs in its context', async (type) => {
  await using server = await serveRecorded((app, scope) => {
    app.get('/', (_req, res) => {
      res.on(type, () => scope.log('heard'))
      setTimeout(() => res.end('ok'), 1)
    })
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  expect(film!.events.map(({ kind }) => kind)).toContain('log')
})

test('what a param callback does is inside the router around it, not inside the middleware before', async () => {
  await using server = await serveRecorded((app, scope) => {
    const router = Router()
    router.param('id', (_req, _res, next) => {
      scope.span('load', () => next())
    })
    router.use(function before(_req, _res, next) {
      next()
    })
    router.get('/:id', function show(_req, res) {
      res.end()
    })
    app.use('/things', router)
  })
  await fetch(`${server.url}/things/1`)
  expect(outlineOf((await server.films(1))[0]!)).toEqual([
    'request GET /things/:id',
    `  router ${routerAt('/things')}`,
    '    middleware before',
    '    span load',
    '    handler show',
  ])
})

test('what comes after a router that passed the request on is outside of it', async () => {
  await using server = await serveRecorded((app) => {
    const router = Router()
    router.use(function inside(_req, _res, next) {
      next()
    })
    app.use('/a', router)
    app.get('/a/x', function outside(_req, res) {
      res.end()
    })
  })
  await fetch(`${server.url}/a/x`)
  expect(outlineOf((await server.films(1))[0]!)).toEqual([
    'request GET /a/x',
    `  router ${routerAt('/a')}`,
    '    middleware inside',
    '  handler outside',
  ])
})

test('code that runs before any layer is inside the root', async () => {
  await using server = await serveRecorded((app, scope) => {
    app.param('id', (_req, _res, next) => {
      scope.span('load', () => next())
    })
    app.get('/:id', function show(_req, res) {
      res.end()
    })
  })
  await fetch(`${server.url}/1`)
  expect(outlineOf((await server.films(1))[0]!)).toEqual(['request GET /:id', '  span load', '  handler show'])
})
