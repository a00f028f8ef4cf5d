/**
 * The server that the rows `http-cpu`, `http-stretch`, `memory` and `startup` measure: Express 5, six middlewares, one JSON
 * route with 300 B bodies; bare, recorded by Cinescope, or traced by OpenTelemetry's http and express instrumentations.
 *
 * Express and node:http are loaded with `require` in every arm, because OpenTelemetry's instrumentations hook that.
 */

import { channel } from 'node:diagnostics_channel'
import type Http from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Scope } from '@cinescope/core'
import type Express from 'express'
import type { Application, RequestHandler } from 'express'
import type { Tracing } from '../open-telemetry.ts'
import { answerQuestions, check, childInput, report, temporaryDirectory } from './child.ts'
import { createMarks, type Marks } from './marks.ts'
import { type ServerUse, useOf } from './use.ts'

/** Who watches. */
export type ServerArm = 'bare' | 'cinescope' | 'otel'

/** What the parent asks for. */
export interface ServerInput {
  readonly arm: ServerArm
  /** Take the time at the borders of the app's own functions. */
  readonly isMarked?: boolean
  /** Of a core. */
  readonly budgetPercent?: number
}

/** What was recorded or traced, for the checks. */
export interface ServerYield {
  /** Events or spans. */
  readonly made: number
  /** Events that found no room: a server that drops does less than it should. */
  readonly dropped: number
}

const input = childInput<ServerInput>()
const directory = temporaryDirectory('server')
const require = createRequire(import.meta.url)
const marks: Marks | undefined = input.isMarked === true ? createMarks() : undefined
if (marks !== undefined) channel('http.server.request.start').subscribe(() => marks.begin())
const tracing = input.arm === 'otel' ? await trace() : undefined
const scope = input.arm === 'cinescope' ? await record() : undefined

const http = require('node:http') as typeof Http
const express = require('express') as typeof Express
const app = express()
app.disable('x-powered-by')
if (scope !== undefined) app.use((await import('@cinescope/express')).cinescope(scope))
mount(app)
const server = http.createServer(app)
if (marks !== undefined)
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => marks.watch(response))
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => report({ port: (server.address() as AddressInfo).port }))

answerQuestions(
  {
    /** After everything recorded so far has been written. */
    use: async (): Promise<ServerUse> => {
      await scope?.flush()
      await tracing?.flush()
      return useOf(scope)
    },
    spent: () => useOf(scope),
    collect: () => {
      if (gc === undefined) throw new Error('a server that cannot collect is measured before its first collection')
      gc()
    },
    rss: () => process.memoryUsage.rss() / 2 ** 20,
    marks: () => marks?.take(),
    yield: async ({ requests }: { readonly requests: number }): Promise<ServerYield> => {
      if (scope !== undefined) return readBack(scope, requests)
      return { made: tracing?.exported() ?? 0, dropped: 0 }
    },
  },
  async () => {
    await scope?.stop()
    await directory[Symbol.asyncDispose]()
  },
)

async function record(): Promise<Scope> {
  const { createScope } = await import('@cinescope/core')
  const { budgetPercent } = input
  const budget = budgetPercent === undefined ? {} : { budget: { cpuPercent: budgetPercent } }
  return createScope({ directory: join(directory.path, 'recordings'), ...budget })
}

async function trace(): Promise<Tracing> {
  const { createTracing } = await import('../open-telemetry.ts')
  const { registerInstrumentations } = await import('@opentelemetry/instrumentation')
  const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http')
  const { ExpressInstrumentation } = await import('@opentelemetry/instrumentation-express')
  const created = createTracing()
  registerInstrumentations({
    tracerProvider: created.provider,
    instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()],
  })
  return created
}

/** Five small middlewares of the usual kind and the body parser; then the route. */
function mount(target: Application): void {
  target.use(
    passing(function requestId(request, response) {
      response.setHeader('x-request-id', request.get('x-request-id') ?? 'none')
    }),
  )
  target.use(
    passing(function securityHeaders(_request, response) {
      response.setHeader('x-content-type-options', 'nosniff')
      response.setHeader('x-frame-options', 'DENY')
    }),
  )
  target.use(
    passing(function startTime(_request, response) {
      response.locals['startedMs'] = Date.now()
    }),
  )
  target.use(
    passing(function authenticate(request, response) {
      response.locals['user'] = { id: 7, name: request.get('x-user') ?? 'anonymous' }
    }),
  )
  target.use(express.json({ verify: () => marks?.enter() }))
  target.use(
    passing(function audit(request, response) {
      response.locals['audit'] = `${request.method} ${request.path}`
    }),
  )
  target.post('/things/:id', function updateThing(request, response) {
    marks?.enter()
    const body = request.body as { readonly note: string; readonly items: readonly { readonly price: number }[] }
    const total = body.items.reduce((sum, item) => sum + item.price, 0)
    const answer = {
      id: Number(request.params['id']),
      ok: true,
      total,
      note: body.note,
      user: response.locals['user'] as object,
    }
    marks?.leave()
    response.json(answer)
    marks?.enter()
    marks?.watchAgain(response)
  })
}

function passing(work: (...args: Parameters<RequestHandler>) => void): RequestHandler {
  const middleware: RequestHandler = (request, response, next) => {
    marks?.enter()
    work(request, response, next)
    marks?.leave()
    next()
  }
  return Object.defineProperty(middleware, 'name', { value: work.name })
}

/** The recording must hold every request as a film, and bodies in both directions. */
async function readBack(recorded: Scope, requests: number): Promise<ServerYield> {
  await recorded.flush()
  const { openRecording } = await import('@cinescope/core/reader')
  await using recording = openRecording(recorded.path!)
  const ledger = await recording.ledger()
  const status = recorded.status()
  check(
    status.pending === 0 && ledger.stored + ledger.pruned + ledger.dropped === status.produced,
    'the ledger is exact',
  )
  const { items } = await recording.films({ limit: 50 })
  const { summary, events } = await recording.film(items[items.length >> 1]!.id)
  const text = JSON.stringify(events)
  check(summary.status === 200 && summary.name.includes('/things/:id'), 'a film has status and route')
  check(
    events.filter(({ kind }) => kind === 'middleware').length >= 6 && events.some(({ kind }) => kind === 'handler'),
    'a film has its middlewares and its handler',
  )
  check(
    text.includes('a note that is long enough') && text.includes('"total"') && text.includes('"price"'),
    'a film has the bodies of request and response',
  )
  check(status.faults.length === 0, 'there was no fault of ours')
  check(ledger.produced >= requests * 2, 'every request was seen')
  return { made: status.produced, dropped: ledger.dropped }
}
