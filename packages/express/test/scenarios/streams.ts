/** Streams, compression, files, clients that go away, timeouts. */

import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { requestText as request } from '@cinescope/testkit'
import compression from 'compression'
import express, { type ErrorRequestHandler } from 'express'
import type { Scenario } from './scenario.ts'

const FILE = import.meta.filename
const keepAlive = { Connection: 'keep-alive' }

/** See the file's first line. */
export const streams: readonly Scenario[] = [
  {
    name: 'sendFile',
    request: request('GET', '/'),
    build: (app) => app.get('/', (_req, res) => res.sendFile(FILE)),
    answers: /200/,
  },
  {
    name: 'a range of a file',
    request: request('GET', '/', { Range: 'bytes=5-9' }),
    build: (app) => app.get('/', (_req, res) => res.sendFile(FILE)),
    answers: /206/,
  },
  {
    name: 'sendFile of nothing',
    request: request('GET', '/'),
    build: (app) => {
      app.get('/', (_req, res) => res.sendFile('/no/such'))
      app.use(
        ((error, _req, res, _next) => void res.status(error.status).send(error.code)) satisfies ErrorRequestHandler,
      )
    },
    answers: /404[^]*ENOENT/,
  },
  {
    name: 'sendFile with a callback',
    request: request('GET', '/'),
    settle: 1,
    build: (app, log) => app.get('/', (_req, res) => res.sendFile(FILE, (error) => log(String(error)))),
  },
  {
    name: 'express.static',
    request: [request('GET', '/streams.ts'), request('GET', '/nope')],
    build: (app) => app.use(express.static(import.meta.dirname)),
  },
  {
    name: 'a piped file',
    request: request('GET', '/'),
    build: (app) => app.get('/', (_req, res) => void createReadStream(FILE).pipe(res)),
  },
  {
    name: 'a large piped stream',
    request: request('GET', '/'),
    settle: 1,
    build: (app, log) =>
      app.get(
        '/',
        (_req, res) =>
          void pipeline(Readable.from(Array.from({ length: 300 }, (_, i) => `${i}`.repeat(500))), res, (error) =>
            log(String(error)),
          ),
      ),
  },
  {
    name: 'a piped stream that fails',
    request: request('GET', '/'),
    settle: 1,
    build: (app, log) =>
      app.get(
        '/',
        (_req, res) =>
          void pipeline(
            Readable.from(
              (function* () {
                yield 'a'
                throw new Error('mid')
              })(),
            ),
            res,
            (error) => log(String(error?.message)),
          ),
      ),
  },
  {
    name: 'compression',
    request: request('GET', '/', { 'Accept-Encoding': 'gzip' }),
    build: (app) => {
      app.use(compression({ threshold: 0 }))
      app.get('/', (_req, res) => void res.json({ a: 'x'.repeat(5000) }))
    },
    answers: /Content-Encoding: gzip/,
  },
  {
    name: 'a compressed pipe',
    request: request('GET', '/', { 'Accept-Encoding': 'gzip' }),
    build: (app) => {
      app.use(compression({ threshold: 0 }))
      app.get('/', (_req, res) => void createReadStream(FILE).pipe(res.type('text')))
    },
    answers: /Content-Encoding: gzip/,
  },
  {
    name: 'compression with flushes',
    request: request('GET', '/', { 'Accept-Encoding': 'gzip' }),
    build: (app) => {
      app.use(compression({ threshold: 0 }))
      app.get('/', (_req, res) => {
        res.type('text').write('one')
        res.flush()
        setTimeout(() => res.end('two'), 5)
      })
    },
  },
  {
    name: 'server-sent events',
    request: request('GET', '/', keepAlive),
    exchange: { until: (received) => received.includes('data: 3') },
    settle: 1,
    build: (app, log) =>
      app.get('/', (req, res) => {
        res.type('text/event-stream').flushHeaders()
        let n = 0
        const timer = setInterval(() => res.write(`data: ${++n}\n\n`), 5)
        req.on('close', () => {
          clearInterval(timer)
          log('closed')
        })
      }),
    answers: /data: 3/,
  },
  {
    name: 'listeners, counted',
    request: request('GET', '/'),
    settle: 2,
    build: (app, log) =>
      app.get('/', (req, res) => {
        for (const emitter of [req, res])
          log(
            emitter
              .eventNames()
              .map((name) => `${String(name)} ${emitter.listenerCount(name)}`)
              .join(),
          )
        res.end()
      }),
  },
  {
    name: 'a client that goes away',
    request: request('GET', '/'),
    exchange: { until: (received) => received.includes('part') },
    settle: 3,
    build: (app, log) =>
      app.get('/', (req, res) => {
        for (const [name, emitter] of [
          ['req', req],
          ['res', res],
        ] as const)
          emitter.on('close', () => log(`${name} closed ${res.writableFinished}`))
        res.write('part')
        setTimeout(() => {
          res.end('late')
          log(`ended ${res.writableEnded} ${res.destroyed}`)
        }, 50)
      }),
  },
  {
    name: 'a request cut off in its body',
    request: 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart',
    exchange: { until: (received) => received.includes('go') },
    settle: 1,
    build: (app, log) =>
      app.post('/', (req, res) => {
        res.write('go')
        req.on('error', (error) => log(error.message))
        req.resume()
      }),
  },
  {
    name: 'a handler that times out',
    request: request('GET', '/'),
    settle: 1,
    build: (app, log) =>
      app.get(
        '/',
        (_req, res) =>
          void res.setTimeout(20, () => {
            log('timeout')
            res.status(503).end()
          }),
      ),
    answers: /503/,
  },
  {
    name: 'a socket destroyed by the handler',
    request: request('GET', '/'),
    settle: 1,
    build: (app, log) =>
      app.get('/', (req, res) => {
        res.on('close', () => log('closed'))
        req.socket.destroy()
      }),
    answers: /^$/,
  },
]
