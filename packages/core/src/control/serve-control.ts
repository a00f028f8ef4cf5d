/** Serving the control socket of a recording. Imported once the program has started. */

import type { CinescopeError } from '@cinescope/protocol'
import { answer, type ControlHost } from './answer.ts'
import { ControlServer } from './server.ts'

/** See the file's first line. */
export function serveControl(
  process: ControlHost['process'],
  parts: Omit<ControlHost, 'process'>,
  report: (error: CinescopeError) => void,
): ControlServer {
  const host: ControlHost = { ...parts, process }
  return new ControlServer({ node: process.node, answer: (line) => answer(line, host), report })
}
