/** Warnings of the process, and rejections that the program handles itself; those that end it are recorded by the scope. */

import { FLAG, KINDS } from '@cinescope/protocol'
import { putMethods } from '../adapter/carrier-methods.ts'
import type { Probe } from '../capture/probe.ts'
import { Attributes } from '../value/attributes.ts'
import { guarded, ownerOf, toOwner } from './owner.ts'
import type { Source } from './source.ts'

const WARNING = ['message', 'severity', 'name', 'code', 'stack'] as const
const REJECTION = 'unhandledRejection'

type Emit = (this: NodeJS.Process, type: string | symbol, ...args: unknown[]) => boolean

/** See the file's first line. */
export const processEvents: Source = {
  name: 'process',
  target: () => process,
  install(users) {
    const onWarning = toOwner(users, 'a warning', warned)
    const unpatch = putMethods(process, { emit: (below) => emitterOf(users, below) })
    process.on('warning', onWarning)
    return () => {
      process.off('warning', onWarning)
      unpatch()
    }
  },
}

function warned(probe: Probe, warning: Error & { readonly code?: string }): void {
  const { message, name, code, stack } = warning
  const site = probe.site({ name: 'process.warning', framework: 'node' })
  const value = new Attributes(WARNING, [message, 'warn', name, code, stack])
  probe.point(probe.current(), KINDS.log, site, value)
}

/**
 * A listener for rejections keeps the process alive that would die of one without it, and is counted by libraries that want to
 * be the only one. So none of ours is there; where the program has none either, the process dies, and the monitor of uncaught
 * exceptions records why.
 */
function emitterOf(users: ReadonlySet<Probe>, below: () => never): Emit {
  return function (this: NodeJS.Process, type: string | symbol, ...args: unknown[]): boolean {
    if (type === REJECTION && this.listenerCount(REJECTION) > 0) {
      const probe = ownerOf(users)
      if (probe !== undefined) guarded(probe, 'an unhandled rejection', () => rejected(probe, args[0]))
    }
    return Reflect.apply((below() as { readonly emit: Emit }).emit, this, [type, ...args])
  }
}

function rejected(probe: Probe, reason: unknown): void {
  const span = probe.current()
  if (span !== undefined && !probe.isNewError(reason, span.root)) return
  const site = probe.site({ name: REJECTION, framework: 'node' })
  const flags = span === undefined ? FLAG.parentOrphan : 0
  const value = reason === undefined ? null : reason
  probe.point(span, KINDS.error, site, value, 0, 0, 0, flags)
}
