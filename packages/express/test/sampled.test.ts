import { cinescope } from '@cinescope/express'
import { Router } from 'express'
import { expect, test } from 'vitest'
import { serve, temporaryScope } from './fixture.ts'

test('requests that are sampled out are counted by their route, and behave as ever', async () => {
  const scope = await temporaryScope({ sample: 0 })
  await using server = await serve((app) => {
    app.use(cinescope(scope))
    app.use(async (_req, _res, next) => {
      await Promise.resolve()
      scope.span('of the middleware', () => undefined)
      next()
    })
    const router = Router()
    router.get('/things/:id', (req, res) => void res.json({ id: req.params.id }))
    router.get('/broken', () => {
      throw new Error('as it must')
    })
    app.use('/api', router)
  })
  const answers = ['/api/things/1', '/api/things/2', '/api/broken', '/nowhere'].map(async (path) => {
    const answer = await fetch(server.url + path)
    await answer.text()
    return answer.status
  })
  expect(await Promise.all(answers)).toEqual([200, 200, 500, 404])
  await expect.poll(() => scope.flush().then(() => scope.status().sampledOut)).toBe(8)
  const routes = await scope.recording().routes()
  const told = routes.map(({ name, films, failed, kept }) => `${name}: ${films}, ${failed} failed, ${kept} kept`)
  expect(told.toSorted()).toEqual([
    'GET /api/broken: 1, 1 failed, 0 kept',
    'GET /api/things/:id: 2, 0 failed, 0 kept',
    'GET: 1, 0 failed, 0 kept',
  ])
  expect((await scope.recording().events({ limit: 10 })).items).toEqual([])
  await scope.stop()
})

test.each([
  ['layers', false],
  ['layers and callbacks of parameters', true],
])(
  '%s of a request that is sampled out stay so where the program goes on with it from inside another',
  async (_what, hasParams) => {
    // what the sender says is followed
    const scope = await temporaryScope({ sample: 0.5 })
    const from = (flags: string) => ({ headers: { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-${flags}` } })
    let goOn: (() => void) | undefined
    await using server = await serve((app) => {
      app.use(cinescope(scope))
      app.use('/waits', (_req, _res, next) => {
        goOn = next
      })
      if (hasParams)
        app.param('id', (_req, _res, next) => {
          scope.log('of a parameter of the one that waits')
          next()
        })
      app.get('/waits/:id', (_req, res) => {
        scope.log('of the one that waits')
        scope.span('work', () => undefined)
        res.end()
      })
      app.get('/calls', (_req, res) => {
        goOn?.()
        scope.log('of the other')
        res.end()
      })
    })
    const waits = fetch(`${server.url}/waits/1`, from('00'))
    await expect.poll(() => typeof goOn).toBe('function')
    await fetch(`${server.url}/calls`, from('01'))
    expect((await waits).status).toBe(200)
    await expect.poll(() => scope.flush().then(() => scope.status().sampledOut)).toBeGreaterThan(0)
    const { items } = await scope.recording().events({ where: { kinds: ['log', 'span'] }, limit: 100 })
    expect(items.map(({ value }) => value)).toEqual([{ message: 'of the other' }])
    await scope.stop()
  },
)
