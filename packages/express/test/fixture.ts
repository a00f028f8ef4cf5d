/** Real Express servers on a free port, recorded or plain. */

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createScope, type Scope, type ScopeOptions } from '@cinescope/core'
import { cinescope, type CinescopeExpressOptions } from '@cinescope/express'
import { filmsOf } from '@cinescope/testkit'
import type { Film } from '@cinescope/protocol'
import express, { type Express, type RequestHandler } from 'express'

/** Which `express` is: the tests run once for each (vitest.config.ts). */
export const EXPRESS_MAJOR = process.env['EXPRESS_MAJOR'] === '4' ? 4 : 5

/** The name of a router's span: before Express 5 a layer does not say where it is mounted. */
export function routerAt(path: string): string {
  return EXPRESS_MAJOR === 5 ? `router ${path}` : 'router'
}

/** A handler whose work fails later. Express 4 knows no promises: its users hand rejections on themselves. */
export function rejecting(fail: () => Error): RequestHandler {
  const work = async (): Promise<void> => {
    await Promise.resolve()
    throw fail()
  }
  if (EXPRESS_MAJOR === 5) return work
  return async (_req, _res, next) => {
    try {
      await work()
    } catch (error) {
      next(error)
    }
  }
}

/** A server under test. */
export interface TestServer extends AsyncDisposable {
  readonly app: Express
  readonly server: Server
  readonly port: number
  readonly url: string
}

/** A recorded one. */
export interface RecordedServer extends TestServer {
  readonly scope: Scope
  /** Its first films, once they have ended. */
  films(count: number): Promise<readonly Film[]>
}

/** Starts an application. Its errors are not printed. */
export async function serve(build: (app: Express) => void): Promise<TestServer> {
  const app = express()
  app.set('env', 'test')
  build(app)
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    app,
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A scope that records into a directory of its own, removed at the end. */
export async function temporaryScope(options?: ScopeOptions): Promise<Scope> {
  const directory = await mkdtemp(join(tmpdir(), 'cinescope-express-'))
  const scope = await createScope({ directory, handleSignals: false, sources: false, ...options })
  const stop = scope.stop.bind(scope)
  let stopped: Promise<void> | undefined
  scope.stop = () => (stopped ??= stop().then(() => rm(directory, { recursive: true })))
  return scope
}

/** Starts an application with Cinescope mounted first. */
export async function serveRecorded(
  build: (app: Express, scope: Scope) => void,
  options?: CinescopeExpressOptions,
): Promise<RecordedServer> {
  const scope = await temporaryScope()
  const served = await serve((app) => {
    app.use(cinescope(scope, options))
    build(app, scope)
  })
  return {
    ...served,
    scope,
    films: (count) => filmsOf(scope, count),
    [Symbol.asyncDispose]: async () => {
      await served[Symbol.asyncDispose]()
      await scope.stop()
    },
  }
}
