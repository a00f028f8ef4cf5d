/** What a scenario of the differential suite is. */

import type { Server } from 'node:http'
import type { ExchangeOptions } from '@cinescope/testkit'
import type { ErrorRequestHandler, Express } from 'express'

/** One behaviour. */
export interface Scenario {
  readonly name: string
  /** Requests as text; several are sent over connections of their own, one after the other. */
  readonly request: string | readonly string[]
  build(app: Express, log: (line: string) => void): void
  onServer?(server: Server, log: (line: string) => void): void
  readonly exchange?: ExchangeOptions
  /** Lines of the log that must have been written before the comparison. */
  readonly settle?: number
  /** What the plain application answers, so that a scenario that tests nothing is found out. */
  readonly answers?: RegExp
  /** Express 4 has it not, or not so: the reason stands beside it. */
  readonly since?: 5
  /** The answer shows a stack. */
  readonly hasStack?: true
}

/** Error middleware that shows what it was given. */
export const echoError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(500).json({ message: error?.message ?? String(error) })
}

/** The layers of an application. */
export function stackOf(app: Express): Express['router']['stack'] {
  // Express 4 has a getter `router` that throws
  return ((app as unknown as { readonly _router?: Express['router'] })._router ?? app.router).stack
}
