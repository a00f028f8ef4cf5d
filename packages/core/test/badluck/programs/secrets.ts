/**
 * Puts secrets wherever a server may hold them: `secrets.ts <directory>`. Prints one JSON line `{ secrets, plain, path }` when all
 * is recorded but the recording is still open, waits for a line on standard input, and stops.
 */

import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createScope, type Scope } from '@cinescope/core'
import { cinescope } from '@cinescope/express'
import express from 'express'
import { Canaries } from '../canaries.ts'

const [directory = '.'] = process.argv.slice(2)
const canaries = new Canaries()
const at = (place: string): string => canaries.at(place)
/** Proof that the search finds what is there. */
const PLAIN = 'PlainMarkerThatIsNoSecret'

const NAMES = [
  'password',
  'passwd',
  'userPassword',
  'PASSWORD',
  'db_password',
  'secret',
  'client_secret',
  'token',
  'accessToken',
  'refresh_token',
  'id-token',
  'apiKey',
  'x-api-key',
  'api_key',
  'authorization',
  'Cookie',
  'sessionId',
  'session_secret',
  'privateKey',
  'credentials',
  'cvv',
  'ssn',
  'otp',
  'pin',
  'cardNumber',
  'csrfToken',
  'connectionString',
  'jwt',
]

const SHAPES: Readonly<Record<string, (secret: string) => string>> = {
  stripe: (secret) => `sk_live_${secret}`,
  github: (secret) => `ghp_${secret}${secret.slice(0, 12)}`,
  slack: (secret) => `xoxb-123456789012-${secret}`,
  npm: (secret) => `npm_${secret}aaaaaaaaaaaa`,
  bearer: (secret) => `Bearer ${secret}`,
  basic: (secret) => `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`,
  jwt: (secret) =>
    `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify({ sub: secret })).toString('base64url')}.${secret}`,
  url: (secret) => `postgres://app:${secret}@db.example/orders`,
  pem: (secret) => `-----BEGIN RSA PRIVATE KEY-----\nMIIE${secret}\n-----END RSA PRIVATE KEY-----`,
  assignment: (secret) => `cannot connect with password=${secret}`,
  query: (secret) => `https://api.example/v1?limit=3&access_token=${secret}&page=2`,
  header: (secret) => `Authorization: Bearer ${secret}`,
  json: (secret) => `{"user":"a","password":"${secret}","n":1}`,
}

function named(place: string): Record<string, string> {
  return Object.fromEntries(NAMES.map((name) => [name, at(`${place}, ${name}`)]))
}

function shaped(place: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]) => [
      `f${name.length}${name[0]}`,
      canaries.shaped(`${place}, ${name}`, shape),
    ]),
  )
}

function wherever(place: string): Record<string, unknown> {
  return {
    note: PLAIN,
    ...named(`${place}, by name`),
    ...shaped(`${place}, by shape`),
    list: [named(`${place}, in a list`), ...Object.values(shaped(`${place}, in a list, by shape`))],
    map: new Map<string, unknown>([
      ['password', at(`${place}, in a map`)],
      ['plain', named(`${place}, below a map`)],
    ]),
    set: new Set([named(`${place}, in a set`)]),
    credentials: { user: at(`${place}, below credentials`), list: [at(`${place}, in a list below credentials`)] },
    bytes: { password: Buffer.from(at(`${place}, bytes`)) },
    nested: { deep: { er: { token: at(`${place}, deep`) } } },
    date: { secret: new Date(0), otp: 123_456 },
  }
}

function failure(place: string): Error {
  const cause = Object.assign(
    new Error(canaries.shaped(`${place}, message of the cause`, SHAPES['assignment']!)),
    named(`${place}, members of the cause`),
  )
  const error = new TypeError(canaries.shaped(`${place}, message`, SHAPES['url']!), { cause })
  return Object.assign(error, {
    config: { headers: named(`${place}, members`) },
    ...shaped(`${place}, members by shape`),
  })
}

async function spans(scope: Scope): Promise<void> {
  await scope.span('root', async () => {
    scope.log(`${PLAIN} ${canaries.shaped('log, message', SHAPES['url']!)}`, wherever('log'))
    for (const shape of Object.values(SHAPES)) scope.log(canaries.shaped(`log, ${shape.toString()}`, shape))
    for (const name of NAMES) scope.current()?.set(name, at(`attribute, ${name}`))
    scope.current()?.set('wherever', wherever('attribute'))
    scope.entity('account', 'a1').snapshot(wherever('state'))
    scope.span('returns', () => wherever('return value'))
    await scope.span('fails', () => Promise.reject(failure('error'))).catch(() => undefined)
    try {
      scope.span('throws', () => {
        throw failure('thrown')
      })
    } catch {
      // it is recorded
    }
    const probe = scope['cinescope.probe.v1']
    probe.open(18, probe.site({ name: 'arguments' }), undefined, [wherever('arguments')]).end(0, 0, wherever('result'))
  })
}

interface Sent {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | Buffer
}

async function send(port: number, { method = 'POST', path, headers = {}, body }: Sent): Promise<void> {
  const request = httpRequest({ port, method, path, headers })
  request.end(body)
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream]
  response.resume()
  await once(response, 'end')
}

async function http(scope: Scope): Promise<void> {
  const app = express()
  app.use(cinescope(scope, { bodies: 'on', maxBodyBytes: 700 }))
  app.use(express.json({ limit: '1mb' }), express.urlencoded({ extended: true }), express.text(), express.raw())
  app.post('/login/:user', (_req, res) => {
    res.locals['session'] = named('locals, below session')
    res.locals['account'] = wherever('locals')
    res.cookie('sid', at('set-cookie'), { httpOnly: true })
    res.cookie('theme', 'dark')
    res.set('x-auth-token', at('response header'))
    res.set('location', canaries.shaped('location', SHAPES['query']!))
    res.json({ note: PLAIN, ...named('response body'), ...shaped('response body, by shape') })
  })
  app.post('/reset/:token', (_req, res) => void res.send('ok'))
  app.post('/fails', () => {
    throw failure('http error')
  })
  app.post('/page', (_req, res) => void res.type('html').send(`<input name="password" value="${at('html response')}">`))
  app.use((_error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res.status(500).json({ error: at('text nobody calls secret').slice(0, 0) })
  })
  const server = createServer(app).listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (const sent of requests()) await send(port, sent)
  server.close()
}

function* requests(): Generator<Sent> {
  const json = { 'content-type': 'application/json' }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  yield {
    path: `/login/7?token=${at('query, token')}&api_key=${at('query, api_key')}&page=${PLAIN}&redirect=${encodeURIComponent(canaries.shaped('query, url in a value', SHAPES['query']!))}`,
    headers: {
      ...json,
      authorization: canaries.shaped('header, bearer', SHAPES['bearer']!),
      'proxy-authorization': canaries.shaped('header, basic', SHAPES['basic']!),
      cookie: `sid=${at('cookie, sid')}; theme=dark; remember=${at('cookie, remember')}`,
      'x-api-key': at('header, x-api-key'),
      'x-csrf-token': at('header, x-csrf-token'),
      'x-forwarded-jwt': canaries.shaped('header, jwt', SHAPES['jwt']!),
      referer: canaries.shaped('header, referer', SHAPES['query']!),
      'x-custom': canaries.shaped('header, by shape', SHAPES['stripe']!),
      'x-list': [canaries.shaped('header, list', SHAPES['github']!), 'b'],
    },
    body: JSON.stringify({ note: PLAIN, password: at('json, password'), user: { token: at('json, nested') } }),
  }
  yield {
    path: '/login/8',
    headers: json,
    body: JSON.stringify({ ...named('json, long'), ...shaped('json, long, by shape') }),
  }
  const cut = `{"note":"${'n'.repeat(660)}","password":"${at('json, cut within')}${'p'.repeat(300)}"}`
  yield { path: '/login/9', headers: json, body: cut }
  yield { path: '/login/10', headers: json, body: `{"a":1,"password":"${at('json, malformed')}` }
  yield {
    path: '/login/11',
    headers: form,
    body: `user=a&password=${at('form')}&card%4Eumber=${at('form, name escaped')}&note=${PLAIN}`,
  }
  yield { path: '/login/12', headers: form, body: `note=${'n'.repeat(680)}&password=${at('form, cut within')}` }
  yield {
    path: '/login/13',
    headers: form,
    body: `user[password]=${at('form, bracketed')}&token[]=${at('form, list')}`,
  }
  yield { path: '/login/14', headers: { 'content-type': 'text/plain' }, body: `my password is ${at('plain text')}` }
  yield { path: '/login/15', headers: { 'content-type': 'application/octet-stream' }, body: Buffer.from(at('octets')) }
  yield { path: '/login/16', headers: { 'content-type': 'application/xml' }, body: `<password>${at('xml')}</password>` }
  const part = (name: string, value: string): string =>
    `--bnd\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const multipart = { 'content-type': 'multipart/form-data; boundary=bnd' }
  yield {
    path: '/login/17',
    headers: multipart,
    body: `${part('note', PLAIN)}${part('password', at('multipart'))}--bnd--\r\n`,
  }
  yield {
    path: '/login/18',
    headers: multipart,
    body: `${part('note', 'n'.repeat(500))}${part('api_key', at('multipart, cut') + 'x'.repeat(500))}`,
  }
  yield { path: '/fails', headers: json, body: '{}' }
  yield { path: '/page', headers: json, body: '{}' }
  yield { path: `/reset/${canaries.shaped('path, by shape', SHAPES['stripe']!)}`, headers: json, body: '{}' }
}

const scope = await createScope({ directory, onInternalError: (error) => console.error(error) })
await spans(scope)
await http(scope)
await scope.flush()
process.stdout.write(`${JSON.stringify({ secrets: [...canaries.secrets], plain: PLAIN, path: scope.path })}\n`)
await once(process.stdin, 'data')
await scope.stop()
process.exit(0)
