import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createScope } from '@cinescope/core'
import { cinescope } from '@cinescope/express'
import express from 'express'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedaction } from '../../src/value/redaction.ts'
import { RoutedPath } from '../../src/value/routed-path.ts'
import { scrubText } from '../../src/value/scrub.ts'
import { PlainUrls } from '../../src/value/plain-url.ts'
import { redactUrl, UNNAMED } from '../../src/value/url.ts'
import { isPlainUrl } from '../../src/value/url-path.ts'
import { Fixture, plain } from './fixture.ts'

const SECRET = 'hunter2x'
const RANDOM = 'Qx7canaryZqkx4'
const UUID = '6f9619ff-8b86-d011-b42d-00cf4fc964ff'
const redaction = createRedaction()
const HIDDEN = '[redacted]'

describe('redactUrl', () => {
  it.each([
    [`/cb?%74oken=${SECRET}`, `/cb?%74oken=${HIDDEN}`],
    [`/login?next=%2Fcb%3Ftoken%3D${SECRET}`, `/login?next=${HIDDEN}`],
    [`/login?next=%252Fcb%253Ftoken%253D${SECRET}`, `/login?next=${HIDDEN}`],
    [`/token/${SECRET}`, `/token/${HIDDEN}`],
    [`/reset-password/abcDEFgh`, `/reset-password/${HIDDEN}`],
    [`/reset%2Dpassword/${SECRET}/done`, `/reset%2Dpassword/${HIDDEN}/done`],
    [`/verify/${SECRET}`, `/verify/${HIDDEN}`],
    ['/password/reset', '/password/reset'],
    ['/token/new?page=2', '/token/new?page=2'],
    ['/auth/v1/login', '/auth/v1/login'],
    ['/confirm/17', '/confirm/17'],
    ['/tokens/list/17', '/tokens/list/17'],
    [`/callback?code=${SECRET}`, `/callback?code=${HIDDEN}`],
    [`https://h/x?code=${SECRET}&state=${SECRET}`, `https://h/x?code=${HIDDEN}&state=${HIDDEN}`],
    [`/x?client_id=a&state=${SECRET}`, `/x?client_id=a&state=${HIDDEN}`],
    ['/x?code=94016&state=CA', '/x?code=94016&state=CA'],
    ['/x?code=longer-than-8', '/x?code=longer-than-8'],
    [`/orders/${UUID}`, `/orders/${UUID}`],
  ])('%s', (url, expected) => {
    expect(redactUrl(url, redaction)).toBe(expected)
  })

  it.each([
    '/',
    '/orders/17',
    '/api/v1/getUserProfile',
    '/assets/index-B7x9.js',
    '/items/how-to-build-a-rocket-2024',
    '',
  ])('%s needs no look', (url) => {
    expect(isPlainUrl(url)).toBe(true)
  })
})

describe('a look at the bytes', () => {
  const rules = { names: ['rabbit', 'orders'] }
  const looks = [redaction, createRedaction(rules)].map((each) => ({ each, plainUrls: new PlainUrls(each) }))
  const isPlain = (text: string, { plainUrls }: { plainUrls: PlainUrls }): boolean => {
    const bytes = Buffer.from(`..${text}..`, 'latin1')
    return plainUrls.has(text, bytes, 2, bytes.length - 2)
  }

  it('lets pass only what needs no look', () => {
    const pieces =
      `http:// https://h h.example.com :3000 127.0.0.1 bob@ a b:c orders rabbit / - 7 17 ? ? ?a= & &page=2 &b= = % %3D # ; : > +
      Token key pass x . _ code state &code=94016 longer-than-8 4111 1111 11 callback sk_ ghp_ ~ ( [ ] , ' "`.split(
        /\s+/,
      )
    const piece = fc.constantFrom(...pieces, ' ', '\n', '\u00e9', 'Qx7canaryZqkx4', '=secretsecret')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14, size: 'max' }), (parts) => {
        const text = parts.join('')
        for (const look of looks) {
          if (!isPlain(text, look)) continue
          expect(scrubText(text, look.each)).toBe(text)
          expect(redactUrl(text, look.each, UNNAMED)).toBe(text)
        }
      }),
      { numRuns: 20_000 },
    )
  })

  it.each([
    '/api/orders/17/items',
    'http://127.0.0.1:41234/things/7?page=2&sort=name',
    'https://api.example.com:8443/things?page=2&empty=&flag',
    'https://api.example.com',
    '?page=2',
    '',
  ])('passes %s', (url) => {
    expect(isPlain(url, looks[0]!)).toBe(true)
  })

  it('looks at what the user named, wherever it stands', () => {
    for (const url of ['/x?rabbit=1', 'http://rabbit:3000/x', '/x?a=1&orders=2'])
      expect(isPlain(url, looks[1]!)).toBe(false)
    const shaped = createRedaction({ shapes: [/zz\d/] })
    expect(isPlain('/things/zz', { plainUrls: new PlainUrls(shaped) })).toBe(false)
  })

  it('forgets servers rather than remember them all', () => {
    for (let i = 0; i < 2000; i++)
      expect(isPlain(`http://${'abcdefghij'[i % 10]}.${'x'.repeat(i % 200)}.io/a`, looks[0]!)).toBe(true)
  })

  it('knows a part of every word that announces a secret', () => {
    const words = /const SUSPECT =\s+\/([^/]+)\//.exec(
      readFileSync(new URL('../../src/value/url-path.ts', import.meta.url), 'utf8'),
    )
    const spelled = (words?.[1] ?? '').replace('cv[cv]', 'cvv|cvc').split('|')
    expect(spelled.length).toBeGreaterThan(25)
    expect(spelled.filter((word) => isPlain(word, looks[0]!))).toEqual([])
  })
})

describe('text', () => {
  it.each([
    [`no such page /cb?%74oken=${SECRET}&a=1`, `no such page /cb?%74oken=${HIDDEN}&a=1`],
    [`/login?next=%2Fcb%3Ftoken%3D${SECRET}%26a%3D1`, `/login?next=%2Fcb%3Ftoken%3D${HIDDEN}%26a%3D1`],
    ['100%: fine', '100%: fine'],
  ])('%s', (text, expected) => {
    expect(scrubText(text, redaction)).toBe(expected)
  })
})

describe('attributes and headers that are URLs', () => {
  const headers = [
    'referer',
    'Location',
    'link',
    'content-location',
    'url.path',
    'X-Original-URL',
    'x-original-uri',
    'X-Forwarded-Uri',
    'x-forwarded-path',
    'x-rewrite-url',
    'x-envoy-original-path',
    'x-accel-redirect',
  ]

  it.each(headers)('%s hides parameters, segments behind a sensitive one and what looks random', (name) => {
    const urls = [
      `/cb?%74oken=${SECRET}`,
      `/reset/${SECRET}`,
      `https://h/a/${UUID.replace('6f96', SECRET)}`,
      `</b?pw=1&%74oken=${SECRET}>`,
    ]
    for (const url of urls) {
      const fixture = new Fixture()
      fixture.roundTrip({ a: { [name]: url }, [name]: [url, 'x'] })
      expect(fixture.holds(SECRET)).toBe(false)
      expect(fixture.encoder.faults).toBe(0)
    }
  })

  it('keep ordinary ones and values of other kinds', () => {
    const value = { location: 'warehouse-2024A12345b', link: [1, { a: 'x' }], 'url.path': '/orders/17', referer: null }
    expect(plain(new Fixture().roundTrip(value))).toEqual(value)
  })

  it('a route tells what is harmless and what is secret', () => {
    const path = (params: object): unknown =>
      plain(new Fixture().roundTrip({ 'url.path': new RoutedPath(`/a/${UUID}/${RANDOM}`, params) }))
    expect(path({ id: UUID, name: RANDOM })).toEqual({ 'url.path': `/a/${UUID}/${RANDOM}` })
    expect(path({ id: UUID, token: RANDOM })).toEqual({ 'url.path': `/a/${UUID}/${HIDDEN}` })
    expect(path({ rest: ['a', UUID] })).toEqual({ 'url.path': `/a/${UUID}/${HIDDEN}` })
    expect(path({ id: RANDOM, token: RANDOM.slice(4) })).toEqual({ 'url.path': `/a/${HIDDEN}/${HIDDEN}` })
  })
})

describe('forms of an OAuth flow', () => {
  it.each([
    [`code=${SECRET}&state=${SECRET}`, undefined],
    [`grant_type=authorization_code&code=${SECRET}`, undefined],
    [`code=${SECRET}`, '/auth/callback'],
  ])('%s', (query, path) => {
    const fixture = new Fixture()
    const contentType = 'application/x-www-form-urlencoded'
    fixture.text({ bytes: Buffer.from(query), contentType, ...(path === undefined ? {} : { path }) })
    expect(fixture.holds(SECRET)).toBe(false)
  })

  it('are told from others', () => {
    expect(plain(new Fixture().query('code=longer-than-8&page=2'))).toEqual({ code: 'longer-than-8', page: '2' })
  })
})

describe('a request', () => {
  it('whose route names a secret is recorded without it, one with an id with it', async () => {
    await using scope = await createScope({ sources: false, store: 'memory' })
    const app = express()
    app.use(cinescope(scope))
    app.get('/reset/:token', (_req, res) => void res.end())
    app.get('/orders/:id', (_req, res) => res.redirect(`/cb?%74oken=${RANDOM}`))
    const server = app.listen(0)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    for (const path of [
      `/reset/${RANDOM}`,
      `/orders/${UUID}?next=%2Fcb%3Ftoken%3D${RANDOM}`,
      `/callback?code=${RANDOM}`,
    ]) {
      const sent = request({ port, path, headers: { referer: `http://h/reset/${RANDOM}` } }).end()
      const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream]
      await once(response.resume(), 'end')
    }
    server.close()
    await scope.flush()
    const events = await Array.fromAsync(scope.recording().stream())
    const recorded = JSON.stringify(events)
    expect(recorded).not.toContain(RANDOM)
    expect(recorded).toContain(`/orders/${UUID}`)
    expect(recorded).toContain(`/reset/${HIDDEN}`)
  })
})
