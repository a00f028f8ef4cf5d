import { createScope } from '@cinescope/core'
import { cinescope, type CinescopeExpressOptions } from '@cinescope/express'
import { filmsOf, outlineOf } from '@cinescope/testkit'
import express, { type Request, type Response, Router } from 'express'
import { expect, test } from 'vitest'
import { type RecordedServer, serve, serveRecorded, temporaryScope, EXPRESS_MAJOR, routerAt } from './fixture.ts'
import { stackOf } from './scenarios/scenario.ts'

/** By which the router calls a layer. */
const METHOD = EXPRESS_MAJOR === 5 ? 'handleRequest' : 'handle_request'

/** The prototype that the hook changes. */
function layerPrototype(): Record<string, unknown> {
  const app = express()
  app.use(() => undefined)
  return Object.getPrototypeOf(stackOf(app)[0])
}

test('mounted twice, and in a mounted application too, it records each request once', async () => {
  await using server = await serveRecorded((app, scope) => {
    app.use(cinescope(scope))
    const sub = express()
    sub.use(cinescope(scope))
    sub.get('/', function inner(_req, res) {
      res.end()
    })
    app.use('/sub', sub)
  })
  await fetch(`${server.url}/sub`)
  const [film, ...others] = await server.films(1)
  expect(others).toEqual([])
  expect(outlineOf(film!)).toEqual(['request GET /sub', `  router ${routerAt('/sub')}`, '    handler inner'])
})

test('the hook is shared by scopes and goes with the last of them', async () => {
  const before = { ...layerPrototype() }
  const first = await serveRecorded((app) => void app.get('/', (_req, res) => void res.end()))
  const second = await serveRecorded((app) => void app.get('/', (_req, res) => void res.end()))
  await fetch(first.url)
  const hooked = layerPrototype()[METHOD]
  await fetch(second.url)
  expect(hooked).not.toBe(before[METHOD])
  expect(layerPrototype()[METHOD]).toBe(hooked)
  await first[Symbol.asyncDispose]()
  expect(layerPrototype()[METHOD]).toBe(hooked)
  await second[Symbol.asyncDispose]()
  expect({ ...layerPrototype() }).toEqual(before)
})

test('an event goes to the scope that owns its request, even from a router that two applications share', async () => {
  const shared = Router()
  shared.get('/shared/:id', function both(_req, res) {
    res.end()
  })
  await using first = await serveRecorded((app) => void app.use('/a', shared))
  await using second = await serveRecorded((app) => {
    // one site more, so that numbers of sites differ
    app.use((_req, _res, next) => next())
    app.use('/a', shared)
  })
  for (const url of [`${first.url}/a/shared/1`, `${second.url}/a/shared/1`, `${first.url}/a/shared/1`]) await fetch(url)
  const names = async (server: typeof first, count: number) =>
    (await server.films(count)).map((film) => [film.summary.name, film.events.length])
  expect(await names(first, 2)).toEqual([
    ['GET /a/shared/:id', 3],
    ['GET /a/shared/:id', 3],
  ])
  expect(await names(second, 1)).toEqual([['GET /a/shared/:id', 4]])
})

test('a scope that is stopped or disabled records nothing and changes nothing', async () => {
  const disabled = await createScope({ enabled: false })
  const { [METHOD]: method } = layerPrototype()
  await using server = await serve((app) => {
    app.use(cinescope(disabled))
    app.get('/', (_req, res) => void res.send('ok'))
  })
  expect(await (await fetch(server.url)).text()).toBe('ok')
  expect(layerPrototype()[METHOD]).toBe(method)
  expect(disabled.status().produced).toBe(0)
})

test('a scope that stops while a request is under way leaves it alone', async () => {
  const scope = await temporaryScope()
  await using server = await serve((app) => {
    app.use(cinescope(scope))
    app.use(async (_req, _res, next) => {
      await scope.stop()
      next()
    })
    app.get('/', (_req, res) => void res.send('ok'))
  })
  expect(await (await fetch(server.url)).text()).toBe('ok')
})

test('what the option ignore names is not recorded; when it throws, the request is', async () => {
  await using server = await serveRecorded((app) => void app.use((_req, res) => void res.end()), {
    ignore: (req) => {
      if (req.path === '/throws') throw new Error('from ignore')
      return req.path === '/health'
    },
  })
  for (const path of ['/health', '/throws']) await fetch(`${server.url}${path}`)
  const films = await server.films(1)
  expect(films.map(({ summary }) => summary.status)).toEqual([200])
  expect(server.scope.status().faults).toMatchObject([{ code: 'CSC_ERR_CAPTURE' }])
})

test('a fault of ours is reported and the host served', async () => {
  const scope = await temporaryScope({ onInternalError: () => undefined })
  const probe = scope['cinescope.probe.v1']
  const site = probe.site.bind(probe)
  await using server = await serve((app) => {
    app.use(cinescope(scope))
    app.get('/', (_req, res) => void res.send('ok'))
  })
  probe.site = () => {
    throw new Error('ours')
  }
  expect(await (await fetch(server.url)).text()).toBe('ok')
  probe.site = site
  expect(scope.status().faults).toMatchObject([{ code: 'CSC_ERR_CAPTURE' }])
  await scope.stop()
})

test('a router run by hand has its layers inside the middleware that runs it', async () => {
  await using server = await serveRecorded((app) => {
    const router = Router()
    router.get('/x', function inner(_req, res) {
      res.end()
    })
    app.use(function outer(req, res, next) {
      router(req, res, next)
    })
  })
  await fetch(`${server.url}/x`)
  expect(outlineOf((await filmsOf(server.scope, 1))[0]!)).toEqual([
    'request GET /x',
    '  middleware outer',
    '    handler inner',
  ])
})

test('a router run by hand has all its layers inside the middleware that runs it', async () => {
  await using server = await serveRecorded((app) => {
    const inner = Router()
    inner.use(function first(_req, _res, next) {
      next()
    })
    inner.get('/', function second(_req, res) {
      res.end()
    })
    app.use(function byHand(req, res, next) {
      inner(req, res, next)
    })
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  expect(outlineOf(film!)).toEqual([
    'request GET /',
    '  middleware byHand',
    '    middleware first',
    '    handler second',
  ])
})

test('layers whose call somebody puts off are recorded for the request they belong to', async () => {
  const prototype = layerPrototype()
  const original = prototype[METHOD] as (...args: unknown[]) => unknown
  prototype[METHOD] = async function (this: unknown, ...args: unknown[]) {
    // so long that the next request arrives at its layer meanwhile
    await new Promise((resolve) => setTimeout(resolve, 20))
    return original.apply(this, args)
  }
  try {
    await using server = await serveRecorded((app, scope) => {
      app.get('/', function late(_req, res) {
        scope.span('work', () => undefined)
        res.end()
      })
    })
    await Promise.all(Array.from({ length: 20 }, () => fetch(server.url)))
    for (const film of await server.films(20))
      expect(outlineOf(film)).toEqual(['request GET /', '  handler late', '    span work'])
  } finally {
    prototype[METHOD] = original
  }
})

test('what somebody put over ours stays, and the next scope, which hooks once more, records everything once', async () => {
  const prototype = layerPrototype()
  const original = prototype[METHOD] as (...args: unknown[]) => unknown
  let scope = await temporaryScope()
  let middleware = cinescope(scope)
  await using server = await serve((app) => {
    app.use((req, res, next) => middleware(req, res, next))
    app.post('/', express.json(), function handler(req, res) {
      res.json(req.body)
    })
  })
  const record = async (url: string) => {
    const parts = ['{"a":', '1}']
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        const part = parts.shift()
        if (part === undefined) controller.close()
        else controller.enqueue(Buffer.from(part))
      },
    })
    await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' }, duplex: 'half' })
    const [film] = await filmsOf(scope, 1)
    const sizes = film!.events.flatMap(({ name, number }) => (name === 'http.request.body' ? [number] : []))
    await scope.stop()
    return { outline: outlineOf(film!), sizes }
  }
  try {
    const first = await record(server.url)
    scope = await temporaryScope()
    middleware = cinescope(scope)
    await fetch(server.url)
    const ours = prototype[METHOD] as (...args: unknown[]) => unknown
    prototype[METHOD] = function (this: unknown, ...args: unknown[]) {
      return ours.apply(this, args)
    }
    const { push } = server.app.request
    server.app.request.push = function (this: Request, ...args: Parameters<Request['push']>) {
      return push.apply(this, args)
    }
    await scope.stop()
    scope = await temporaryScope()
    middleware = cinescope(scope)
    expect(await record(server.url)).toEqual(first)
    expect(first.sizes).toEqual([7])
  } finally {
    prototype[METHOD] = original
  }
})

test.each([
  [{ bodys: 'on' }, /no option 'bodys'; did you mean 'bodies'/],
  [{ bodies: 'yes' }, /cinescope\.bodies is 'yes'/],
  [{ bodies: { request: 1 } }, /cinescope\.bodies\.request is 1/],
  [{ maxBodyBytes: -1 }, /cinescope\.maxBodyBytes is -1/],
  [{ maxBodyBytes: 1_048_577 }, /maxBodyBytes is 1048577/],
  [{ ignore: '/health' }, /cinescope\.ignore is '\/health'/],
  [{ routes: { '/x': { body: 'on' } } }, /\['\/x'\] has no option 'body'/],
  [{ traceparentHeader: 'yes' }, /traceparentHeader is 'yes'/],
])('the option %j is refused', async (options, message) => {
  const scope = await createScope({ enabled: false })
  expect(() => cinescope(scope, options as CinescopeExpressOptions)).toThrow(
    expect.objectContaining({ code: 'CSC_ERR_OPTION', message: expect.stringMatching(message) }),
  )
})

test.each([0, 1_048_576])('the limit of %i bytes is accepted', async (maxBodyBytes) => {
  expect(cinescope(await createScope({ enabled: false }), { maxBodyBytes })).toHaveLength(3)
})

test('anything but a scope is refused', () => {
  expect(() => cinescope({} as never)).toThrow(expect.objectContaining({ code: 'CSC_ERR_OPTION' }))
})

test('of a handler that is a proxy no more is asked than without Cinescope', async () => {
  const run = async (start: typeof serve): Promise<readonly string[]> => {
    const asked: string[] = []
    const note = (trap: string, key: string | symbol): void => void asked.push(`${trap} ${String(key)}`)
    const handler = new Proxy((_req: Request, res: Response): void => void res.end(), {
      get: (target, key) => (note('get', key), Reflect.get(target, key)),
      has: (target, key) => (note('has', key), Reflect.has(target, key)),
      getOwnPropertyDescriptor: (target, key) => (note('own', key), Reflect.getOwnPropertyDescriptor(target, key)),
      getPrototypeOf: (target) => (note('prototype', ''), Reflect.getPrototypeOf(target)),
    })
    await using server = await start((app) => void app.get('/', handler))
    for (let i = 0; i < 3; i++) await fetch(server.url)
    // the places of functions are asked for by then
    await new Promise((resolve) => setTimeout(resolve, 200))
    if ('films' in server) {
      const [film] = await (server as RecordedServer).films(3)
      expect(outlineOf(film!)).toEqual(['request GET /', '  handler <anonymous>'])
    }
    return asked
  }
  expect(await run(serveRecorded)).toEqual(await run(serve))
})
