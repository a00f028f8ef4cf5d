/** Lines that the program writes with `console`. */

import { channel } from 'node:diagnostics_channel'
// not by its name: where Node is too old to record, that must not keep the program from starting
import util from 'node:util'
import { KINDS } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import { Attributes } from '../value/attributes.ts'
import { withoutAnnounced } from '../value/printed-line.ts'
import { listen } from './channels.ts'
import { toOwner } from './owner.ts'
import type { Source } from './source.ts'

const METHODS = ['log', 'info', 'debug', 'warn', 'error'] as const
/** How each warning begins that Node prints, and the file of Node that does. */
const WARNING = `(${process.release.name}:${process.pid}) `
const WARNING_FILE = 'node:internal/process/warning'
/** From here to the function of that file. */
const WARNING_FRAMES = 12
const LINE = ['message', 'severity', 'arguments'] as const

/**
 * See the file's first line. A format and its arguments are kept apart: putting them together would run the program's own code.
 * What the text before an argument names as a secret is hidden.
 */
export const consoleLines: Source = {
  name: 'console',
  target: () => channel('console.log'),
  install(users) {
    const listeners = METHODS.map((method) => [
      `console.${method}`,
      toOwner(users, 'a line of the console', (probe, args: readonly unknown[]) => line(probe, method, args)),
    ])
    return listen(Object.fromEntries(listeners))
  },
}

function line(probe: Probe, method: string, written: readonly unknown[]): void {
  if (isToldAsWarning(probe, written[0])) return
  const args = withoutAnnounced(written, probe.redaction)
  const isText = typeof args[0] === 'string'
  const rest = isText ? args.slice(1) : args
  const value = new Attributes(LINE, [isText ? args[0] : undefined, method, rest.length > 0 ? rest : undefined])
  const site = probe.site({ name: `console.${method}`, framework: 'node' })
  probe.point(probe.current(), KINDS.log, site, value)
}

/** Node prints warnings with `console.error`; the source `process` tells them too, and more of them. */
function isToldAsWarning(probe: Probe, text: unknown): boolean {
  if (typeof text !== 'string' || !text.startsWith(WARNING) || !probe.sources.on.includes('process')) return false
  // the program may print what looks alike
  return util.getCallSites(WARNING_FRAMES).some(({ scriptName }) => scriptName === WARNING_FILE)
}
