/** Lines that the program writes with pino, whatever becomes of them. */

import { channel } from 'node:diagnostics_channel'
import { KINDS } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import { Attributes } from '../value/attributes.ts'
import { listen } from './channels.ts'
import { toOwner } from './owner.ts'
import { createPinoLineReader, type PinoLineReader, type Written } from './pino-line.ts'
import type { Source } from './source.ts'

const LINE = ['message', 'severity', 'attributes'] as const

/**
 * See the file's first line. Lines below the logger's level are not written, and not recorded. What is recorded is the line as
 * the logger made it: what its `redact`, serializers and formatters hide has never been there.
 */
export const pinoLines: Source = {
  name: 'pino',
  library: 'pino',
  target: () => channel('tracing:pino_asJson:end'),
  install(users) {
    const read = createPinoLineReader()
    return listen({
      'tracing:pino_asJson:end': toOwner(users, 'a line of pino', (probe, written: Written) =>
        line(probe, written, read),
      ),
    })
  },
}

function line(probe: Probe, written: Written, read: PinoLineReader): void {
  const { message, attributes } = read(written)
  const level = written.arguments[2]
  const severity = typeof level === 'number' ? (written.instance.levels?.labels?.[level] ?? level) : undefined
  const site = probe.site({ name: 'pino', framework: 'pino' })
  const value = new Attributes(LINE, [message, severity, attributes])
  probe.point(probe.current(), KINDS.log, site, value)
}
