/** Answers of every kind. */

import { requestText as request } from '@cinescope/testkit'
import express from 'express'
import { echoError, type Scenario } from './scenario.ts'

/** See the file's first line. */
export const answers: readonly Scenario[] = [
  {
    name: 'json',
    request: request('GET', '/'),
    build: (app) => app.get('/', (_req, res) => void res.json({ a: 1 })),
    answers: /\{"a":1\}/,
  },
  {
    name: 'text with a status',
    request: request('GET', '/'),
    build: (app) => app.get('/', (_req, res) => void res.status(418).send('teapot')),
  },
  {
    name: 'a buffer',
    request: request('GET', '/'),
    build: (app) => app.get('/', (_req, res) => void res.send(Buffer.from([1, 2, 3]))),
  },
  { name: 'an empty end', request: request('GET', '/'), build: (app) => app.get('/', (_req, res) => void res.end()) },
  {
    name: 'latin1 text',
    request: request('GET', '/'),
    build: (app) => app.get('/', (_req, res) => void res.end('é', 'latin1')),
  },
  {
    name: 'hex text in pieces',
    request: request('GET', '/'),
    build: (app) =>
      app.get('/', (_req, res) => {
        res.write('00ff', 'hex')
        res.end('AAE=', 'base64')
      }),
  },
  {
    name: 'callbacks of write and end',
    request: request('GET', '/'),
    settle: 2,
    build: (app, log) =>
      app.get('/', (_req, res) => {
        res.write('a', () => log('written'))
        res.end('b', () => log('ended'))
      }),
  },
  {
    name: 'end with only a callback',
    request: request('GET', '/'),
    settle: 1,
    build: (app, log) => app.get('/', (_req, res) => void res.end(() => log('ended'))),
  },
  {
    name: 'what write and end return',
    request: request('GET', '/'),
    build: (app, log) =>
      app.get('/', (_req, res) => {
        log(String(res.write('x'.repeat(100_000))))
        log(String(res.end() === res))
      }),
  },
  {
    name: 'end of a wrong type',
    request: request('GET', '/'),
    build: (app) => {
      app.get('/', (_req, res) => void res.end(5 as never))
      app.use(echoError)
    },
    answers: /500/,
  },
  {
    name: 'write after end',
    request: request('GET', '/'),
    settle: 1,
    build: (app, log) =>
      app.get('/', (_req, res) => {
        res.on('error', (error) => log(error.message))
        res.end('a')
        res.write('b')
      }),
  },
  {
    name: 'writeHead with headers',
    request: request('GET', '/'),
    build: (app) => app.get('/', (_req, res) => void res.writeHead(202, 'Fine', { 'X-Own': '1' }).end('ok')),
  },
  {
    name: 'trailers',
    request: request('GET', '/'),
    build: (app) =>
      app.get('/', (_req, res) => {
        res.set('Trailer', 'X-T')
        res.write('a')
        res.addTrailers({ 'X-T': '1' })
        res.end()
      }),
  },
  {
    name: 'early hints and continue',
    request: request('POST', '/', { Expect: '100-continue' }, 'abc'),
    build: (app) =>
      app.post('/', express.text({ type: '*/*' }), (req, res) => {
        res.writeEarlyHints({ link: '</a>; rel=preload' })
        res.send(req.body)
      }),
    answers: /100 Continue[^]*103 Early/,
  },
  { name: 'HEAD', request: request('HEAD', '/'), build: (app) => app.get('/', (_req, res) => void res.json({ a: 1 })) },
  {
    name: '304',
    request: request('GET', '/', { 'If-None-Match': '"x"' }),
    build: (app) => app.get('/', (_req, res) => void res.set('ETag', '"x"').send('body')),
    answers: /304/,
  },
  { name: '204', request: request('GET', '/'), build: (app) => app.get('/', (_req, res) => void res.sendStatus(204)) },
  {
    name: 'OPTIONS answered by the router',
    request: request('OPTIONS', '/x'),
    build: (app) => {
      app.get('/x', () => undefined)
      app.post('/x', () => undefined)
    },
    answers: /Allow: GET, ?HEAD, ?POST/,
  },
  {
    name: '404',
    // where nothing is mounted Express 4 makes no router, which is what sends X-Powered-By: mounting anything changes that
    since: 5,
    request: request('GET', '/none'),
    build: () => undefined,
    answers: /404/,
  },
  {
    name: 'a redirect',
    request: request('GET', '/'),
    build: (app) => app.get('/', (_req, res) => res.redirect('/else')),
  },
  {
    name: 'cookies',
    request: request('GET', '/'),
    build: (app) => app.get('/', (_req, res) => void res.cookie('a', 'b').cookie('c', 'd').send('ok')),
  },
  {
    name: 'a client that asks in HTTP/1.0',
    request: 'GET / HTTP/1.0\r\n\r\n',
    build: (app) =>
      app.get('/', (_req, res) => {
        res.write('a')
        res.end('b')
      }),
  },
  {
    name: 'a path that cannot be decoded',
    request: request('GET', '/u/%zz'),
    build: (app) => app.get('/u/:id', (_req, res) => void res.send('never')),
    answers: /400/,
    hasStack: true,
  },
]
