/** Lines that the program writes with pino, whatever becomes of them. */

import { channel } from 'node:diagnostics_channel'
import { KINDS } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import { Attributes } from '../value/attributes.ts'
import { listen } from './channels.ts'
import { toOwner } from './owner.ts'
import type { Source } from './source.ts'

const LINE = ['message', 'severity', 'attributes'] as const

interface Written {
  readonly instance: { readonly levels?: { readonly labels?: Readonly<Record<number, string>> } }
  /** Those of pino's asJson: object, message, level, time. */
  readonly arguments: ArrayLike<unknown>
}

/** See the file's first line. Lines below the logger's level are not written, and not recorded. */
export const pinoLines: Source = {
  name: 'pino',
  library: 'pino',
  target: () => channel('tracing:pino_asJson:start'),
  install: (users) =>
    listen({
      'tracing:pino_asJson:start': toOwner(users, 'a line of pino', (probe, written: Written) => line(probe, written)),
    }),
}

function line(probe: Probe, { instance, arguments: args }: Written): void {
  const [attributes, message, level] = [args[0], args[1], args[2]]
  const severity = typeof level === 'number' ? (instance.levels?.labels?.[level] ?? level) : undefined
  const value = new Attributes(LINE, [message ?? undefined, severity, attributes ?? undefined])
  const span = probe.current()
  const site = probe.site({ name: 'pino', framework: 'pino' })
  probe.recorder.point(KINDS.log, site, span?.seq ?? 0, span?.root.seq ?? 0, value)
}
