/** Request bodies, however they are read. */

import { requestText as request } from '@cinescope/testkit'
import express, { type ErrorRequestHandler } from 'express'
import multer from 'multer'
import { echoError, type Scenario } from './scenario.ts'

const jsonType = { 'Content-Type': 'application/json' }

/** See the file's first line. */
export const bodies: readonly Scenario[] = [
  {
    name: 'a json body',
    request: request('POST', '/', jsonType, '{"a":[1,2]}'),
    build: (app) => {
      app.use(express.json())
      app.post('/', (req, res) => void res.json(req.body))
    },
    answers: /\{"a":\[1,2\]\}/,
  },
  {
    name: 'a broken json body',
    request: request('POST', '/', jsonType, '{"a":'),
    build: (app) => {
      app.use(express.json())
      app.post('/', (req, res) => void res.json(req.body))
      app.use(echoError)
    },
    answers: /500/,
  },
  {
    name: 'a json body that is too large',
    request: request('POST', '/', jsonType, JSON.stringify('x'.repeat(500))),
    build: (app) => {
      app.use(express.json({ limit: 100 }))
      app.use(
        ((error, _req, res, _next) => void res.status(error.status).send(error.type)) satisfies ErrorRequestHandler,
      )
    },
    answers: /413/,
  },
  {
    name: 'a chunked body',
    request: request(
      'POST',
      '/',
      { 'Transfer-Encoding': 'chunked', ...jsonType },
      '3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n',
    ),
    build: (app) => {
      app.use(express.json())
      app.post('/', (req, res) => void res.json(req.body))
    },
    answers: /\{"a":1\}/,
  },
  {
    name: 'a multipart upload',
    request: request(
      'POST',
      '/',
      { 'Content-Type': 'multipart/form-data; boundary=B' },
      '--B\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nfile body\r\n--B\r\nContent-Disposition: form-data; name="t"\r\n\r\ntext\r\n--B--\r\n',
    ),
    build: (app) =>
      app.post('/', multer().single('f'), (req, res) => void res.json({ size: req.file?.size, body: req.body })),
    answers: /"size":9/,
  },
  {
    name: 'a body read by hand',
    request: request('POST', '/', {}, 'abcdef'),
    build: (app, log) =>
      app.post('/', (req, res) => {
        req.setEncoding('utf8')
        let all = ''
        req.on('readable', () => {
          for (let part = req.read(2); part !== null; part = req.read(2)) all += `${part}|`
        })
        req.on('end', () => {
          log(all)
          res.end(all)
        })
      }),
    answers: /ab\|/,
  },
  {
    name: 'a body iterated',
    request: request('POST', '/', {}, 'abc'),
    build: (app) =>
      app.post('/', async (req, res) => {
        let all = ''
        for await (const part of req) all += part
        res.end(all)
      }),
    answers: /abc/,
  },
  {
    name: 'a body piped back',
    request: request('POST', '/', {}, 'x'.repeat(70_000)),
    build: (app) => app.post('/', (req, res) => void req.pipe(res)),
  },
  {
    name: 'a body nobody reads',
    request: request('POST', '/', {}, 'abc'),
    build: (app) => app.post('/', (_req, res) => void res.end('ignored')),
  },
  {
    name: 'a body put back by unshift',
    request: request('POST', '/', {}, 'abcdef'),
    build: (app) =>
      app.post('/', (req, res) => {
        req.once('data', (part: Buffer) => {
          req.pause()
          req.unshift(part)
          req.pipe(res)
        })
      }),
    answers: /abcdef/,
  },
]
