/** What applications can see of their own chain, and of the connection. */

import { requestText as request } from '@cinescope/testkit'
import express, { type RequestHandler, Router } from 'express'
import { echoError, type Scenario, stackOf } from './scenario.ts'

const keepAlive = { Connection: 'keep-alive' }

/** See the file's first line. */
export const shapes: readonly Scenario[] = [
  {
    name: 'names, lengths and this of layers',
    request: request('GET', '/u/7?x=1'),
    build: (app, log) => {
      app.get('/u/:id', function show(this: unknown, ...args: unknown[]) {
        const [req, res] = args as Parameters<RequestHandler>
        const own = stackOf(app)
          .filter(({ name }) => name !== 'cinescope')
          .map(
            (layer) =>
              `${layer.name} ${layer.handle?.length} ${layer.route?.stack.map(({ name, handle, method }) => `${name} ${handle.name} ${handle.length} ${method} ${handle === show}`).join()}`,
          )
        log(`${args.length} ${String(this)} ${own.join('; ')}`)
        res.json([
          req.params,
          req.query,
          req.route.path,
          req.baseUrl,
          req.url,
          req.originalUrl,
          Object.keys(req.route.stack[0]),
        ])
      })
    },
    answers: /"id":"7"/,
  },
  {
    name: 'the shape of next',
    request: request('GET', '/'),
    build: (app, log) => {
      app.use((_req, _res, next) => {
        log(`${typeof next} ${next.length} ${next.name} ${String(next())}`)
      })
      app.get('/', (_req, res) => void res.send('ok'))
    },
    settle: 1,
  },
  {
    name: 'own symbols and listeners of req and res',
    request: request('GET', '/'),
    build: (app, log) =>
      app.get('/', (req, res) => {
        log(
          Object.getOwnPropertySymbols(req)
            .map(String)
            .filter((name) => /cinescope/i.test(name))
            .join(),
        )
        log(
          Object.getOwnPropertySymbols(res)
            .map(String)
            .filter((name) => /cinescope/i.test(name))
            .join(),
        )
        log(`${res.write.length} ${res.end.length} ${req.push.length} ${req.emit.length}`)
        res.send('ok')
      }),
  },
  {
    name: 'app.param',
    request: [request('GET', '/u/3'), request('GET', '/u/x')],
    build: (app, log) => {
      app.param('id', (_req, _res, next, id, name) => {
        log(`${name} ${id}`)
        next(id === 'x' ? new Error('bad id') : undefined)
      })
      app.get('/u/:id', (req, res) => void res.send(req.params.id))
      app.use(echoError)
    },
    answers: /bad id/,
  },
  {
    name: 'an asynchronous app.param',
    request: request('GET', '/u/3'),
    build: (app) => {
      app.param('id', async (req, _res, next) => {
        await Promise.resolve()
        Object.assign(req, { user: 'u3' })
        next()
      })
      app.get('/u/:id', (req, res) => void res.send((req as { user?: string }).user))
    },
    answers: /u3/,
  },
  {
    name: 'mounted applications and routers',
    request: request('GET', '/api/v1/u/3/p/4'),
    build: (app, log) => {
      const router = Router({ mergeParams: true })
      router.get('/p/:pid', (req, res) => void res.json([req.params, req.baseUrl, req.url, req.app.mountpath]))
      const sub = express()
      sub.use('/v1', (req, _res, next) => {
        log(`${req.baseUrl} ${req.url}`)
        next()
      })
      sub.use('/v1/u/:uid', router)
      app.use('/api', sub)
    },
    answers: /"pid":"4"/,
  },
  {
    name: 'a router run by hand',
    request: request('GET', '/x'),
    build: (app) => {
      const router = Router()
      router.get('/x', (_req, res) => void res.send('by hand'))
      app.use((req, res, next) => router(req, res, next))
    },
    answers: /by hand/,
  },
  {
    name: 'an application run by hand',
    request: request('GET', '/x'),
    build: (app) => {
      const inner = express()
      inner.get('/x', (_req, res) => void res.send('inner'))
      app.use((req, res, next) => inner(req, res, next))
    },
    answers: /inner/,
  },
  {
    name: 'a route added at run time',
    request: [request('GET', '/add'), request('GET', '/new')],
    build: (app) =>
      app.get('/add', (_req, res) => {
        app.get('/new', (_r, s) => void s.send('new'))
        res.send('added')
      }),
    answers: /added[^]*new/,
  },
  {
    name: 'a handle replaced at run time',
    request: [request('GET', '/'), request('GET', '/swap'), request('GET', '/')],
    build: (app) => {
      app.get('/', (_req, res) => void res.send('before'))
      app.get('/swap', (_req, res) => {
        const layer = stackOf(app).find(({ route }) => route?.path === '/')?.route?.stack[0]
        if (layer !== undefined) layer.handle = ((_r, s) => void s.send('after')) as RequestHandler
        res.send('swapped')
      })
    },
    answers: /before[^]*after/,
  },
  {
    name: 'a url rewritten',
    request: request('GET', '/old?q=1'),
    build: (app) => {
      app.use((req, _res, next) => {
        req.url = '/new'
        next()
      })
      app.get('/new', (req, res) => void res.json([req.originalUrl, req.path, req.query]))
    },
    answers: /old/,
  },
  {
    name: 'a response whose end is replaced',
    request: request('GET', '/'),
    settle: 1,
    build: (app, log) => {
      app.use((_req, res, next) => {
        const { end } = res
        res.end = function (this: typeof res, ...args: never[]) {
          log('own end')
          if (args[0] !== undefined) res.write(args[0])
          return Reflect.apply(end, this, [])
        } as typeof res.end
        next()
      })
      app.get('/', (_req, res) => {
        res.set('Transfer-Encoding', 'chunked').end('text')
      })
    },
    answers: /text/,
  },
  {
    name: 'keep-alive',
    request: request('GET', '/1', keepAlive),
    exchange: {
      onData: (socket, received) => {
        if (received.endsWith('one')) socket.write(request('GET', '/2'))
      },
    },
    build: (app) => {
      app.get('/1', (_req, res) => void res.send('one'))
      app.get('/2', (_req, res) => void res.send('two'))
    },
    answers: /one[^]*two/,
  },
  {
    name: 'pipelining with answers out of order',
    request: request('GET', '/30', keepAlive) + request('GET', '/1', keepAlive) + request('GET', '/5'),
    settle: 3,
    build: (app, log) =>
      app.get(
        '/:ms',
        (req, res) =>
          void setTimeout(() => {
            log(req.params.ms)
            res.send(req.params.ms)
          }, Number(req.params['ms'])),
      ),
    answers: /30[^]*1[^]*5/,
  },
  {
    name: 'an upgrade that the server takes',
    request: request('GET', '/', { Connection: 'Upgrade', Upgrade: 'x' }),
    build: () => undefined,
    onServer: (server, log) =>
      server.on('upgrade', (_req, socket) => {
        log('upgrade')
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\nraw')
      }),
    answers: /raw/,
  },
  {
    name: 'an upgrade that reaches the application',
    request: request('GET', '/', { Connection: 'Upgrade, close', Upgrade: 'x' }),
    build: (app) => app.get('/', (req, res) => void res.send(req.headers.upgrade)),
    answers: /x$/,
  },
  {
    name: 'a malformed request',
    request: 'NONSENSE\r\n\r\n',
    build: (app) => app.get('/', (_req, res) => void res.send('ok')),
    answers: /400/,
  },
  {
    name: 'locals and settings',
    request: request('GET', '/'),
    build: (app) => {
      app.set('x', 1)
      app.use((_req, res, next) => {
        res.locals['a'] = Object.keys(res.locals).length
        next()
      })
      app.get('/', (req, res) => void res.json([res.locals, req.app.get('x'), req.app === app]))
    },
  },
]
