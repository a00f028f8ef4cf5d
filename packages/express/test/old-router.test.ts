import { type Express, Router } from 'express'
import { expect, test } from 'vitest'
import { serveRecorded } from './fixture.ts'

interface OldLayer {
  rawPath?: unknown
  path?: string
  params?: unknown
  match(path: string): { path: string; params: unknown } | false
}

/** Makes the layers of an application those of a router before 2.3: what matched is on the layer, the path given is not. */
function age(app: Express): void {
  for (const layer of app.router.stack as unknown as OldLayer[]) {
    const { match } = layer
    layer.rawPath = undefined
    layer.match = function (path) {
      const found = match.call(this, path)
      if (found !== false) Object.assign(this, { path: found.path, params: found.params })
      return found
    }
  }
}

const login = Router().post('/:id', (_req, res) => void res.json({ ok: true }))

test('a mount path that is rebuilt has the same template whatever the letters of the request', async () => {
  await using server = await serveRecorded(
    (app) => {
      app.use('/Api/:version', login)
      age(app)
    },
    { routes: { '/Api/:version/:id': { bodies: 'off' } } },
  )
  for (const path of ['/api/V1/7', '/API/v2/7'])
    await fetch(`${server.url}${path}`, {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    })
  const films = await server.films(2)
  expect(films.map(({ summary }) => summary.name)).toEqual(['POST /api/:version/:id', 'POST /api/:version/:id'])
  const names = films.flatMap(({ events }) => events.map(({ name }) => name))
  expect(names.filter((name) => name.endsWith('.body'))).toEqual([])
})

test('mount paths that a client can choose are named up to a bound', async () => {
  await using server = await serveRecorded((app) => {
    app.use(/^\/t-[a-z0-9]+/, login)
    age(app)
  })
  for (let n = 0; n < 70; n++) await fetch(`${server.url}/t-${n}/7`, { method: 'POST' })
  const films = await server.films(70)
  const names = films.map(({ summary }) => summary.name)
  expect([names[0], names[63], names[64], new Set(names).size]).toEqual(['POST /t-0/:id', 'POST /t-63/:id', 'POST', 65])
})
