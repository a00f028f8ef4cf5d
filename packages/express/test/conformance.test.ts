import { cinescope } from '@cinescope/express'
import { httpConformance } from '@cinescope/testkit'
import express, { Router } from 'express'
import { EXPRESS_MAJOR, rejecting, serve } from './fixture.ts'

const fails = (): Error => new Error('outer', { cause: new TypeError('inner') })

httpConformance(`Express ${EXPRESS_MAJOR}`, (scope) =>
  serve((app) => {
    app.use(cinescope(scope, { bodies: 'on' }), express.json())
    const posts = Router({ mergeParams: true })
    posts.get('/posts/:pid', (req, res) => void res.json(req.params))
    const users = express()
    users.use('/:uid', posts)
    app.use('/users', users)
    app.post('/echo', (req, res) => void res.json(req.body))
    app.get('/throws', () => {
      throw fails()
    })
    app.get('/rejects', rejecting(fails))
    app.get('/hangs', (_req, res) => void res.write('some'))
    app.post('/work/:id', async (req, res) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
      scope.log('worked', { id: req.body.id })
      res.json({ id: req.body.id })
    })
  }),
)
