import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { exchange, requestText, rootOf } from '@cinescope/testkit'
import compression from 'compression'
import express, { type ErrorRequestHandler } from 'express'
import { describe, expect, test, vi } from 'vitest'
import { serveRecorded } from './fixture.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

function bodyOf(
  film: { readonly events: readonly { readonly name: string; readonly value: unknown; readonly number: number }[] },
  name: string,
) {
  return film.events.find((event) => event.name === `http.${name}.body`)
}

test.each([
  ['json', JSON.stringify({ name: 'n', password: 'secret-1' }), 'application/json', { name: 'n' }],
  ['urlencoded', 'name=n&password=secret-1', 'application/x-www-form-urlencoded', { name: 'n' }],
])('a %s request body is recorded, redacted, and still parsed', async (_name, body, type, wanted) => {
  await using server = await serveRecorded((app) => {
    app.use(express.json(), express.urlencoded({ extended: false }))
    app.post('/', (req, res) => void res.json({ echo: req.body.name }))
  })
  const response = await fetch(server.url, { method: 'POST', body, headers: { 'content-type': type } })
  expect(await response.json()).toEqual({ echo: 'n' })
  const [film] = await server.films(1)
  expect(bodyOf(film!, 'request')).toMatchObject({ kind: 'attribute', value: wanted, number: body.length })
  expect(bodyOf(film!, 'response')?.value).toEqual({ echo: 'n' })
  expect(JSON.stringify(film)).not.toContain('secret-1')
})

test.each([100_000, 100])(
  'a body beyond the limit is recorded in part and counted whole, %i bytes beyond',
  async (beyond) => {
    await using server = await serveRecorded(
      (app) => {
        app.use(express.json({ limit: '1mb' }))
        app.post('/', (req, res) => void res.json(req.body))
      },
      { maxBodyBytes: 64 },
    )
    const body = JSON.stringify({ first: 1, rest: 'x'.repeat(100), last: 2, more: 'y'.repeat(beyond) })
    const response = await fetch(server.url, { method: 'POST', body, headers: JSON_TYPE })
    expect(await response.text()).toBe(body)
    const [film] = await server.films(1)
    for (const name of ['request', 'response'])
      expect(bodyOf(film!, name)).toMatchObject({ value: { first: 1 }, number: body.length })
    expect(JSON.stringify(film!.events)).not.toContain('last')
  },
)

test('a request body is recorded whole, whatever the host makes of the header that told its length', async () => {
  await using server = await serveRecorded((app) => {
    app.use((req, _res, next) => {
      req.headers['content-length'] = '7'
      next()
    })
    app.post('/', (req, res) => void req.resume().on('end', () => res.end()))
  })
  const body = JSON.stringify({ a: 1, b: 2 })
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}`
  const socket = connect(server.port, '127.0.0.1').resume()
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n\r\n${body.slice(0, 7)}`)
  setTimeout(() => socket.end(body.slice(7)), 50)
  await once(socket, 'close')
  const [film] = await server.films(1)
  expect(bodyOf(film!, 'request')).toMatchObject({ value: { a: 1, b: 2 }, number: body.length })
})

test('a compressed response is recorded as the application wrote it', async () => {
  await using server = await serveRecorded((app) => {
    app.use(compression({ threshold: 0 }))
    app.get('/', (_req, res) => void res.json({ plain: 'x'.repeat(50) }))
  })
  const response = await fetch(server.url, { headers: { 'accept-encoding': 'gzip' } })
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(await response.json()).toEqual({ plain: 'x'.repeat(50) })
  const [film] = await server.films(1)
  expect(bodyOf(film!, 'response')?.value).toEqual({ plain: 'x'.repeat(50) })
})

test('of bytes that the application compressed itself only the number is kept', async () => {
  const bytes = gzipSync('{"secret":"one"}')
  await using server = await serveRecorded((app) => {
    app.get(
      '/',
      (_req, res) => void res.set({ 'content-encoding': 'gzip', 'content-type': 'application/json' }).end(bytes),
    )
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  const body = bodyOf(film!, 'response')
  expect(body?.number).toBe(bytes.length)
  expect(JSON.stringify(body?.value)).toContain('Buffer')
})

test('a response written in pieces is recorded once, whole', async () => {
  await using server = await serveRecorded((app) => {
    app.get('/', (_req, res) => {
      res.type('json').write('{"a":1,')
      setTimeout(() => {
        res.write(Buffer.from('"b":2'))
        res.end('}')
      }, 1)
    })
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  expect(film!.events.filter(({ name }) => name === 'http.response.body').map(({ value }) => value)).toEqual([
    { a: 1, b: 2 },
  ])
})

test.each([
  ['HEAD', '/json', undefined],
  ['GET', '/none', undefined],
  ['GET', '/cached', { 'If-None-Match': '"v1"' }],
])('%s %s has no response body', async (method, path, headers) => {
  await using server = await serveRecorded((app) => {
    app.get('/json', (_req, res) => void res.end('{"a":1}'))
    app.get('/none', (_req, res) => void res.status(204).end())
    app.get('/cached', (_req, res) => void res.set('etag', '"v1"').json({ a: 1 }))
  })
  await exchange(server.port, requestText(method, path, headers))
  const [film] = await server.films(1)
  expect(bodyOf(film!, 'response')).toBeUndefined()
  expect(rootOf(film!).result).toMatchObject({ 'http.response.body.size': 0 })
})

test('bodies are off in production, and on for the routes that say so', async () => {
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    await using server = await serveRecorded(
      (app) => {
        app.use(express.json())
        app.post(['/on/:id', '/off'], (_req, res) => void res.json({ ok: true }))
      },
      { routes: { '/on/:id': { bodies: 'on' } } },
    )
    for (const path of ['/on/1', '/off'])
      await fetch(`${server.url}${path}`, { method: 'POST', body: '{"a":1}', headers: JSON_TYPE })
    const [on, off] = await server.films(2)
    expect([bodyOf(on!, 'request')?.value, bodyOf(on!, 'response')?.value]).toEqual([{ a: 1 }, { ok: true }])
    expect([bodyOf(off!, 'request'), bodyOf(off!, 'response')]).toEqual([undefined, undefined])
  } finally {
    process.env['NODE_ENV'] = before
  }
})

test.each([
  ['production', 'test', []],
  ['development', 'production', ['{"a":1}', '{"ok":true}']],
] as const)(
  'the preset %s of the scope decides on bodies where NODE_ENV is %s',
  async (preset, environment, bodies) => {
    vi.stubEnv('NODE_ENV', environment)
    vi.stubEnv('CINESCOPE_PRESET', preset)
    try {
      await using server = await serveRecorded((app) => {
        app.use(express.json())
        app.post('/', (_req, res) => void res.json({ ok: true }))
      })
      await fetch(server.url, { method: 'POST', body: '{"a":1}', headers: JSON_TYPE })
      const [film] = await server.films(1)
      const recorded = [bodyOf(film!, 'request'), bodyOf(film!, 'response')].filter((body) => body !== undefined)
      expect(recorded.map(({ value }) => JSON.stringify(value))).toEqual(bodies)
    } finally {
      vi.unstubAllEnvs()
    }
  },
)

test('a response compressed piece by piece is recorded once, as it was written', async () => {
  await using server = await serveRecorded((app) => {
    app.use(compression({ threshold: 0 }))
    app.get('/', (_req, res) => {
      res.type('json').write('{"a":1,')
      res.flush()
      setTimeout(() => res.end('"b":2}'), 10)
    })
  })
  const response = await fetch(server.url, { headers: { 'accept-encoding': 'gzip' } })
  expect(await response.json()).toEqual({ a: 1, b: 2 })
  const [film] = await server.films(1)
  expect(bodyOf(film!, 'response')).toMatchObject({ value: { a: 1, b: 2 }, number: 13 })
})

test('an end that writes first is recorded once', async () => {
  await using server = await serveRecorded((app) => {
    app.use((_req, res, next) => {
      const { end } = res
      res.end = function (this: typeof res, ...args: never[]) {
        if (args[0] !== undefined) res.write(args[0])
        return Reflect.apply(end, this, [])
      } as typeof res.end
      next()
    })
    app.get('/', (_req, res) => void res.type('json').end('{"a":1}'))
  })
  await fetch(server.url)
  const [film] = await server.films(1)
  expect(bodyOf(film!, 'response')).toMatchObject({ value: { a: 1 }, number: 7 })
})

describe('a body that is not recorded', () => {
  const send = (url: string, body: string) => fetch(url, { method: 'POST', body, headers: JSON_TYPE })
  const answer: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(400).end()

  test.each([
    ['that does not parse', '{"diary":"PRIVATE",}', express.json()],
    ['whose beginning is no JSON', 'PRIVATE', express.json()],
    ['that is no JSON', 'PRIVATE', express.json({ strict: false })],
    [
      'that is not verified',
      '{"diary":"PRIVATE"}',
      express.json({
        verify: () => {
          throw Object.assign(new Error('bad signature'), { type: 'signature' })
        },
      }),
    ],
  ])('is not recorded with the error of a parser either: %s', async (_name, body, parser) => {
    let seen: unknown
    await using server = await serveRecorded(
      (app) => {
        app.use(parser)
        app.use(((error, _req, _res, next) => {
          seen = error.body.toString()
          next(new Error('refused', { cause: error }))
        }) satisfies ErrorRequestHandler)
        app.use(answer)
      },
      { bodies: 'off' },
    )
    await send(server.url, body)
    const [film] = await server.films(1)
    const errors = film!.events.filter(({ kind }) => kind === 'error')
    expect(errors.map(({ value }) => value)).toMatchObject([
      { members: { stack: expect.stringContaining('Error: '), type: expect.any(String), status: expect.any(Number) } },
      { members: { message: 'refused' } },
    ])
    expect(JSON.stringify(film)).not.toContain('PRIVATE')
    expect(seen).toBe(body)
  })

  test('is not recorded when its handler answers and passes on', async () => {
    await using server = await serveRecorded(
      (app) => {
        app.use(express.json())
        app.post('/login', (_req, res, next) => {
          res.json({ answer: 'PRIVATE' })
          next()
        })
        app.post('/:any', (_req, _res, next) => next())
      },
      { bodies: 'on', routes: { '/login': { bodies: 'off' } } },
    )
    await send(`${server.url}/login`, '{"diary":"PRIVATE"}')
    const [film] = await server.films(1)
    expect(film!.summary.name).toBe('POST /login')
    expect(JSON.stringify(film)).not.toContain('PRIVATE')
  })

  test('is not recorded when the request is refused before its route is known', async () => {
    await using server = await serveRecorded(
      (app) => {
        app.use(express.json())
        app.post(['/login', '/open'], (req, res) => void res.json(req.body))
        app.use(answer)
      },
      { bodies: 'on', routes: { '/login': { bodies: { response: true } } } },
    )
    await send(`${server.url}/login`, '{"diary":"PRIVATE",}')
    await send(`${server.url}/open`, '{"a":1}')
    const [refused, open] = await server.films(2)
    expect(JSON.stringify(refused)).not.toContain('PRIVATE')
    expect([bodyOf(open!, 'request')?.value, bodyOf(open!, 'response')?.value]).toEqual([{ a: 1 }, { a: 1 }])
  })
})
