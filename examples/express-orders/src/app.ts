/** The order service. One line makes films of its requests: `app.use(cinescope(scope))`. */

import type { Scope } from '@cinescope/core'
import { cinescope } from '@cinescope/express'
import compression from 'compression'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { ordersRouter } from './orders.ts'
import { createStore } from './store.ts'
import { postsRouter } from './users.ts'

export function createApp(scope: Scope): Express {
  const store = createStore()
  const app = express()
  app.use(cinescope(scope)) // first: what is mounted before it is not seen
  app.use(compression({ threshold: 512 }))
  app.use(express.json({ limit: '100kb' }))
  app.use(identifyUser(scope))
  app.use('/orders', ordersRouter(scope, store))
  app.use('/u/:uid/posts', postsRouter(scope, store))
  app.use(answerError)
  return app
}

/** An attribute marks the film, and it can be searched for: `cinescope query --where user.id=7`. */
function identifyUser(scope: Scope): RequestHandler {
  return function identifyUser(req, _res, next) {
    const user = req.get('x-user-id')
    if (user !== undefined) scope.current()?.set('user.id', Number(user))
    next()
  }
}

const answerError: ErrorRequestHandler = function answerError(error, _req, res, next) {
  if (res.headersSent) return next(error)
  const status = typeof error?.status === 'number' ? error.status : 500
  res.status(status).json({ error: status < 500 ? error.message : 'something went wrong' })
}
