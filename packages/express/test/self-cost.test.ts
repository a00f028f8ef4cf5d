import { probeOf } from '@cinescope/core/adapter'
import { cinescope } from '@cinescope/express'
import { watchSections } from '@cinescope/testkit'
import { type ErrorRequestHandler, json, Router } from 'express'
import { expect, test } from 'vitest'
import { rejecting, serve, temporaryScope } from './fixture.ts'

test('whatever is recorded of requests is recorded in sections, so that what is done around it is in the cost', async () => {
  const scope = await temporaryScope()
  await using server = await serve((app) => {
    app.use(cinescope(scope))
    app.use(json())
    app.use((_req, res, next) => {
      res.locals['user'] = 7
      next()
    })
    const router = Router()
    router.post('/things/:id', (req, res) => {
      scope.log('a line')
      scope.span('a step', () => res.json({ id: req.params.id, got: req.body as unknown }))
    })
    router.post('/later', async (_req, res) => {
      res.send('ok')
      await Promise.resolve()
    })
    router.post(
      '/broken',
      rejecting(() =>
        scope.span('a failing step', () => {
          throw new Error('as it must')
        }),
      ),
    )
    app.use('/api', router)
    const failed: ErrorRequestHandler = (error, _req, _res, next) => next(error)
    app.use(failed)
  })
  const seen = watchSections(probeOf(scope))
  const statuses = ['/api/things/1?a=b', '/api/later', '/api/broken', '/none'].map(async (path) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"some":"thing"}' }
    const answer = await fetch(server.url + path, init)
    await answer.text()
    return answer.status
  })
  expect(await Promise.all(statuses)).toEqual([200, 200, 500, 404])
  await expect.poll(() => seen.records).toBeGreaterThanOrEqual(50)
  expect([seen.outside, seen.open]).toEqual([0, 0])
  await scope.stop()
})
