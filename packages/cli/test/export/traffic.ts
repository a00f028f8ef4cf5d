/** Recordings of a real Express server, and of names and values that mean harm. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createScope, type Scope } from '@cinescope/core'
import { cinescope } from '@cinescope/express'
import express from 'express'
import type { Place } from '../cli.ts'

/** A shop that asks a stock server, logs, fails and never ends; closed when this returns. */
export async function recordServer(place: Place): Promise<void> {
  await using scope = await createScope({ directory: place.directory, service: 'shop', handleSignals: false })
  const stock = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end('{"left":3}')
  })
  const stockUrl = await listening(stock)
  const app = express()
  app.use(cinescope(scope))
  app.use(express.json())
  app.post('/orders/:id', async (request, response) => {
    scope.current()?.set('user.id', 42)
    const left = (await (await fetch(`${stockUrl}/left?item=${request.params.id}`)).json()) as { left: number }
    await Promise.all([scope.span('reserve', () => turn()), scope.span('bill', () => turn())])
    scope.log('order taken', { ...left, price: 9.5 })
    response.status(201).json({ ok: true })
  })
  app.get('/fails', () => {
    throw new TypeError('no such order', { cause: new Error('gone') })
  })
  app.use((_error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    response.status(500).json({ failed: true })
  })
  const shop = createServer(app)
  const url = await listening(shop)
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const headers = { traceparent, 'content-type': 'application/json', 'x-many': 'a, b' }
  await Promise.all(
    [1, 2, 3].map(async (id) =>
      (await fetch(`${url}/orders/${id}?coupon=ten`, { method: 'POST', headers, body: '{"amount":2}' })).text(),
    ),
  )
  await (await fetch(`${url}/fails`)).text()
  void scope.span('never ends', () => new Promise(() => undefined))
  await closed(stock)
  await closed(shop)
  await scope.flush()
}

/** Breaks lines, cells, quotes, diagrams, terminals and prototypes. */
export const EVIL = [
  'a\r\nb',
  '=cmd|"/C calc"!A0',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '"quoted", \'single\'',
  '\u001b[2J\u0000\u202e',
  '\ud800 alone',
  '__proto__',
  'constructor',
  '<script>alert(1)</script>',
  'end; participant x as y #59; %%{init}%%',
  'Note over a: b',
  '🎬',
  'x'.repeat(3000),
  '',
] as const

/** Records spans, logs, values, entities and errors with such names. */
export function recordEvil(scope: Scope): void {
  for (const text of EVIL) {
    const value = Object.fromEntries([
      [text, text],
      ['list', [text, Number.NaN, -0, 1e300, 2 ** 53, undefined]],
      ['map', new Map([[text, text]])],
    ])
    try {
      scope.span(text, () => {
        scope.current()?.set(text, text)
        scope.log(text, value)
        scope.entity(text, text).snapshot(value)
        scope.span('end', () => text)
        throw Object.assign(new Error(text), { name: text, code: text })
      })
    } catch {
      // what the span threw is what is recorded
    }
  }
}

/** A service name of that kind. */
export const EVIL_SERVICE = `=shop\n"${'\u202e'}; end`

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // it listens on a port
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function closed(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
