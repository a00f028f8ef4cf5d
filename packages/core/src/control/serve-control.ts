/** Serving the control socket of a recording. Imported once the program has started. */

import type { CinescopeError } from '@cinescope/protocol'
import { answer, type ControlHost } from './answer.ts'
import { ControlServer } from './server.ts'

/** See the file's first line. */
export function serveControl(host: ControlHost, report: (error: CinescopeError) => void): ControlServer {
  return new ControlServer({ node: host.process.node, answer: (line) => answer(line, host), report })
}
