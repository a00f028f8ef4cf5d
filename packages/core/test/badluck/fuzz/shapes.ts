/** The sound recordings that damaged ones are made from. */

import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createScope, type Scope } from '@cinescope/core'
import { cinescope } from '@cinescope/express'
import express from 'express'
import { checkValue } from '../check-value.ts'
import { sampleRecording } from '../sample.ts'
import { filesOf, type Shape } from './copy.ts'

/** Makes them, in `directory`. */
export async function makeShapes(directory: string): Promise<Shape[]> {
  const place = (name: string): string => {
    mkdirSync(join(directory, name), { recursive: true })
    return join(directory, name)
  }
  await sampleRecording(place('closed'), 25)
  const interrupted = await interruptedFiles(place('interrupted'))
  await served(place('served'))
  await lossy(place('lossy'))
  await sampleRecording(place('several'), 5)
  await sampleRecording(place('several'), 12)
  return [
    shape('closed', filesOf(place('closed'))),
    shape('interrupted', interrupted),
    shape('served', filesOf(place('served'))),
    shape('lossy', filesOf(place('lossy'))),
    { ...shape('several', filesOf(place('several'))), opened: '.' },
  ]
}

function shape(name: string, files: Map<string, Uint8Array>): Shape {
  const opened = [...files.keys()].find((file) => file.endsWith('.cine')) ?? '.'
  return { name, files, opened }
}

/** Tails, an open span and a log, as a kill leaves them. */
async function interruptedFiles(directory: string): Promise<Map<string, Uint8Array>> {
  await using scope = await createScope({ directory, handleSignals: false, sources: false })
  const probe = scope['cinescope.probe.v1']
  probe.open(18, probe.site({ name: 'open' }), undefined, { check: checkValue(1) })
  for (let round = 0; round < 4; round++) {
    films(scope, round === 1 ? 300 : 15)
    await scope.flush()
  }
  return filesOf(directory)
}

function films(scope: Scope, count: number): void {
  for (let n = 0; n < count; n++) {
    scope.span(`film ${n % 5}`, () => {
      scope.span('inside', () => scope.log('line', { check: checkValue(n) }))
      scope.entity('counter', `c${n % 4}`).snapshot({ check: checkValue(n), sample: 'sample' })
    })
  }
}

/** Requests with bodies and errors, and what Node does by itself. */
async function served(directory: string): Promise<void> {
  await using scope = await createScope({ directory, handleSignals: false, sources: true })
  const app = express()
  app.use(cinescope(scope, { bodies: 'on' }), express.json())
  app.post(
    '/orders/:id',
    (request, response) => void response.json({ id: request.params.id, body: request.body as object }),
  )
  app.get('/fails', () => {
    throw new TypeError('sample', { cause: new Error('the cause') })
  })
  app.use((_error: Error, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    response.status(500).end()
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (let n = 0; n < 20; n++) {
    const body = JSON.stringify({ check: checkValue(n), list: ['sample', n, null, { deep: { er: n } }] })
    const headers = { 'content-type': 'application/json' }
    await (await fetch(`http://127.0.0.1:${port}/orders/${n}`, { method: 'POST', headers, body })).text()
    if (n % 4 === 0) await (await fetch(`http://127.0.0.1:${port}/fails`)).text()
  }
  server.close()
  server.closeAllConnections()
  await scope.stop()
}

/** Gaps, values of every type, messages and edges between films. */
async function lossy(directory: string): Promise<void> {
  const ring = { records: 64, arenaBytes: 131_072 }
  await using scope = await createScope({ directory, handleSignals: false, sources: false, ring })
  for (let round = 0; round < 6; round++) {
    scope.span('values', () => ({ check: checkValue(round), every: everyType() }))
    films(scope, 30)
    await scope.flush()
  }
  await scope.stop()
}

function everyType(): object {
  const circle: Record<string, unknown> = { name: 'circle' }
  circle['self'] = circle
  return {
    circle,
    map: new Map<unknown, unknown>([['a', 1]]),
    set: new Set([1, 'two']),
    date: new Date(0),
    bytes: Buffer.from('sample'),
    big: 12_345_678_901_234_567_890n,
    pattern: /sample/giu,
    error: new RangeError('sample', { cause: 1 }),
    numbers: [0, -0, -1, 0.5, Number.NaN, Infinity, 2 ** 53],
    wide: 'sämple ☃ 𝄞',
    made: Symbol('sample'),
    call: everyType,
    later: Promise.resolve(),
  }
}
