/** Order of middlewares and the ways of errors. */

import { requestText as request } from '@cinescope/testkit'
import { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import { echoError, type Scenario } from './scenario.ts'

/** See the file's first line. */
export const order: readonly Scenario[] = [
  {
    name: 'the order of middlewares',
    request: request('GET', '/'),
    settle: 6,
    build: (app, log) => {
      for (const n of [1, 2, 3])
        app.use((_req, _res, next) => {
          log(`in ${n}`)
          next()
          log(`out ${n}`)
        })
      app.get('/', (_req, res) => void res.send('ok'))
    },
  },
  {
    name: 'asynchronous middlewares',
    request: request('GET', '/'),
    build: (app, log) => {
      app.use(async (_req, _res, next) => {
        await Promise.resolve()
        log('a')
        next()
        await Promise.resolve()
        log('after a')
      })
      app.use(
        (_req, _res, next) =>
          void setImmediate(() => {
            log('b')
            next()
          }),
      )
      app.get('/', async (_req, res) => {
        log('c')
        res.send('ok')
      })
    },
  },
  {
    name: 'microtasks beside next',
    request: request('GET', '/'),
    settle: 4,
    build: (app, log) => {
      app.use((_req, _res, next) => {
        void Promise.resolve().then(() => log('micro'))
        process.nextTick(() => log('tick'))
        next()
        log('sync')
      })
      app.get('/', async (_req, res) => {
        log('handler')
        res.send('ok')
      })
    },
  },
  {
    name: "next('route')",
    request: request('GET', '/'),
    build: (app, log) => {
      app.get(
        '/',
        (_req, _res, next) => {
          log('one')
          next('route')
        },
        () => log('never'),
      )
      app.get('/', (_req, res) => void res.send('two'))
    },
    answers: /two/,
  },
  {
    name: "next('router')",
    request: request('GET', '/r/x'),
    build: (app, log) => {
      const router = Router()
      router.use((_req, _res, next) => next('router'))
      router.get('/x', () => log('never'))
      app.use('/r', router)
      app.get('/r/x', (_req, res) => void res.send('outside'))
    },
    answers: /outside/,
  },
  {
    name: 'next twice',
    request: request('GET', '/'),
    settle: 1,
    build: (app, log) => {
      app.use((_req, _res, next) => {
        next()
        next()
      })
      app.get('/', (_req, res) => {
        log(`handler ${res.headersSent}`)
        if (!res.headersSent) res.send('ok')
      })
    },
  },
  {
    name: 'an error thrown',
    request: request('GET', '/'),
    build: (app) => {
      app.get('/', () => {
        throw new Error('boom')
      })
      app.use(echoError)
    },
    answers: /boom/,
  },
  {
    name: 'an error rejected',
    // Express 4 knows no promises: nobody would answer
    since: 5,
    request: request('GET', '/'),
    build: (app) => {
      app.get('/', async () => {
        throw new Error('boom')
      })
      app.use(echoError)
    },
    answers: /boom/,
  },
  {
    name: 'a rejection without a reason',
    // Express 4 knows no promises: nobody would answer
    since: 5,
    request: request('GET', '/'),
    build: (app) => {
      app.get('/', () => Promise.reject())
      app.use(echoError)
    },
    answers: /Rejected promise/,
  },
  {
    name: 'falsy and odd things thrown',
    request: [request('GET', '/0'), request('GET', '/1'), request('GET', '/2')],
    build: (app) => {
      app.get('/0', () => {
        throw undefined
      })
      app.get('/1', () => {
        throw 0
      })
      app.get('/2', () => {
        throw 'text'
      })
      app.use(echoError)
    },
  },
  {
    name: 'the identity of errors',
    request: request('GET', '/'),
    build: (app, log) => {
      const error = Object.freeze(new Error('one'))
      app.get('/', () => {
        throw error
      })
      app.use(((e, _req, _res, next) => {
        log(`same ${e === error}`)
        next(e)
      }) satisfies ErrorRequestHandler)
      app.use(((e, _req, res, _next) => {
        log(`same ${e === error}`)
        res.send('ok')
      }) satisfies ErrorRequestHandler)
    },
  },
  {
    name: 'error middleware that throws',
    request: request('GET', '/'),
    build: (app) => {
      app.get('/', () => {
        throw new Error('one')
      })
      app.use((() => {
        throw new Error('zero arguments are no error middleware')
      }) as RequestHandler)
      app.use(((_e, _req, _res, _next) => {
        throw new Error('two')
      }) satisfies ErrorRequestHandler)
      app.use(echoError)
    },
    answers: /two/,
  },
  {
    name: 'error middleware that recovers',
    request: request('GET', '/'),
    build: (app) => {
      app.use((_req, _res, next) => next(new Error('one')))
      app.use(((_e, _req, _res, next) => next()) satisfies ErrorRequestHandler)
      app.get('/', (_req, res) => void res.send('recovered'))
    },
    answers: /recovered/,
  },
  {
    name: 'error middleware within a route',
    request: request('GET', '/'),
    build: (app) =>
      app.get(
        '/',
        ((_req, _res, next) => next(new Error('in'))) as RequestHandler,
        ((e, _req, res, _next) => void res.send(e.message)) as ErrorRequestHandler,
      ),
    answers: /in$/,
  },
  {
    name: 'an error nobody handles',
    request: request('GET', '/'),
    build: (app) =>
      app.get('/', () => {
        throw new Error('boom')
      }),
    answers: /500[^]*boom/,
    hasStack: true,
  },
  {
    name: 'an error after the headers',
    request: request('GET', '/'),
    build: (app) =>
      app.get('/', (_req, res) => {
        res.write('a')
        throw new Error('late')
      }),
  },
  {
    name: 'a thenable that counts its calls',
    // Express 4 calls none
    since: 5,
    request: request('GET', '/'),
    settle: 1,
    build: (app, log) =>
      app.get('/', ((_req, res) => {
        res.send('ok')
        return { then: () => log('then') }
      }) as RequestHandler),
  },
  {
    name: 'more than a hundred middlewares',
    request: request('GET', '/'),
    build: (app, log) => {
      let count = 0
      for (let n = 0; n < 250; n++)
        app.use((_req, _res, next) => {
          count++
          next()
        })
      app.get('/', (_req, res) => {
        log(String(count))
        res.send('ok')
      })
    },
  },
]
