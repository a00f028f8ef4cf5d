/** Serving the control socket of a recording, if it has one. */

import type { CinescopeError } from '@cinescope/protocol'
import type { WriterInput } from '../ingest/writer-contract.ts'
import { answer, type ControlHost } from './answer.ts'
import { ControlServer } from './server.ts'

/** Undefined where there is none: it is turned off, or the recording is in memory and so cannot be found by its file. */
export function serveControl(
  { path, control, process }: WriterInput,
  parts: Omit<ControlHost, 'process'>,
  report: (error: CinescopeError) => void,
): ControlServer | undefined {
  if (path === undefined || !control) return undefined
  const host: ControlHost = { ...parts, process }
  return new ControlServer({ node: process.node, answer: (line) => answer(line, host), report })
}
