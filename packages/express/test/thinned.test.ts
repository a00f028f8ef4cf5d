import { probeOf } from '@cinescope/core/adapter'
import { cinescope } from '@cinescope/express'
import { Omitted } from '@cinescope/protocol'
import { json, Router } from 'express'
import { expect, test, vi } from 'vitest'
import { serve, temporaryScope } from './fixture.ts'

const LEAVES_SPANS_OUT = 2

test('a request of which all is left out that can be behaves as ever, and has its route, its errors and what a user told', async () => {
  const scope = await temporaryScope({ budget: { cpuPercent: 10_000 } })
  // no film is an example
  vi.spyOn(probeOf(scope).sampling.chance, 'part').mockReturnValue(0.5)
  await using server = await serve((app) => {
    app.use(cinescope(scope))
    app.use(json())
    app.use(async (_req, _res, next) => {
      await Promise.resolve()
      next()
    })
    const router = Router()
    router.post('/things/:id', (req, res) => {
      scope.log('a line')
      res.json({ id: req.params.id, got: req.body })
    })
    router.post('/broken', () => {
      throw new Error('as it must')
    })
    app.use('/api', router)
  })
  const { thinning } = probeOf(scope)
  for (let site = 0; site < 4096; site++) thinning!.setLevel(site, LEAVES_SPANS_OUT)
  const answers = ['/api/things/1?a=b', '/api/broken'].map(async (path) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"some":"thing"}' }
    const answer = await fetch(server.url + path, init)
    const text = await answer.text()
    return answer.ok ? text : answer.status
  })
  expect(await Promise.all(answers)).toEqual(['{"id":"1","got":{"some":"thing"}}', 500])
  const recording = scope.recording()
  const films = async (): Promise<unknown[]> => {
    await scope.flush()
    const { items } = await recording.films({ limit: 10 })
    return items.map(({ name, status, error, thinned }) => `${name}: ${status}, ${error}, ${thinned}`).toSorted()
  }
  await expect
    .poll(films, { timeout: 10_000 })
    .toEqual(['POST /api/broken: 500, true, true', 'POST /api/things/:id: 200, false, true'])
  const { items } = await recording.events({ limit: 100 })
  expect(items.map(({ kind, parentCertainty }) => `${kind} ${parentCertainty}`).toSorted()).toEqual([
    'attribute known',
    'attribute known',
    'attribute known',
    'attribute known',
    'attribute known',
    'error inferred',
    'log inferred',
    'request known',
    'request known',
  ])
  const requests = items.filter(({ kind }) => kind === 'request')
  expect(requests.map(({ value, result }) => [value, result])).toEqual([
    [new Omitted('thinned', 0), new Omitted('thinned', 0)],
    [new Omitted('thinned', 0), new Omitted('thinned', 0)],
  ])
  const attributes = items.filter(({ kind }) => kind === 'attribute')
  expect(attributes.every(({ value }) => value instanceof Omitted && value.reason === 'thinned')).toBe(true)
  expect(attributes.map(({ site }) => `${site?.name}`).toSorted()).toEqual([
    'http.request.body',
    'http.request.body',
    'http.response.body',
    'http.response.body',
    'url.query',
  ])
  expect(scope.status().valuesThinned).toBe(4 + 5)
  expect(scope.status().spansThinned).toBeGreaterThan(4)
  await scope.stop()
})
