/** Warnings of the process, and rejections that the program handles itself; those that end it are recorded by the scope. */

import { FLAG, KINDS } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import { Attributes } from '../value/attributes.ts'
import { guarded, ownerOf, toOwner } from './owner.ts'
import type { Source } from './source.ts'

const WARNING = ['message', 'severity', 'name', 'code', 'stack'] as const
const REJECTION = 'unhandledRejection'

/** See the file's first line. */
export const processEvents: Source = {
  name: 'process',
  target: () => process,
  install(users) {
    const onWarning = toOwner(users, 'a warning', warned)
    const rejections = new HandledRejections(users)
    process.on('warning', onWarning)
    return () => {
      process.off('warning', onWarning)
      rejections.release()
    }
  },
}

function warned(probe: Probe, warning: Error & { readonly code?: string }): void {
  const { message, name, code, stack } = warning
  const span = probe.current()
  const site = probe.site({ name: 'process.warning', framework: 'node' })
  const value = new Attributes(WARNING, [message, 'warn', name, code, stack])
  probe.recorder.point(KINDS.log, site, span?.seq ?? 0, span?.root.seq ?? 0, value)
}

/**
 * A listener for rejections keeps the process alive that would die of one without it. So ours is there only while the program
 * has one; where it has none, the process dies, and the monitor of uncaught exceptions records why.
 */
class HandledRejections {
  readonly #users: ReadonlySet<Probe>
  readonly #onRejection = (reason: unknown): void => {
    const probe = ownerOf(this.#users)
    if (probe !== undefined) guarded(probe, 'an unhandled rejection', () => rejected(probe, reason))
  }
  readonly #onAdded = (event: string | symbol, listener: unknown): void => {
    if (event === REJECTION && listener !== this.#onRejection) this.#settle(true)
  }
  readonly #onRemoved = (event: string | symbol, listener: unknown): void => {
    if (event === REJECTION && listener !== this.#onRejection) this.#settle(this.#hosts() > 0)
  }

  constructor(users: ReadonlySet<Probe>) {
    this.#users = users
    process.on('newListener', this.#onAdded)
    process.on('removeListener', this.#onRemoved)
    this.#settle(this.#hosts() > 0)
  }

  release(): void {
    process.off('newListener', this.#onAdded)
    process.off('removeListener', this.#onRemoved)
    process.off(REJECTION, this.#onRejection)
  }

  #hosts(): number {
    return process.listeners(REJECTION).filter((listener) => listener !== this.#onRejection).length
  }

  /** Moves nothing that is there already: the program may be in the middle of removing all of them, by their places. */
  #settle(isWanted: boolean): void {
    const isThere = process.listeners(REJECTION).includes(this.#onRejection)
    if (isThere && !isWanted) process.off(REJECTION, this.#onRejection)
    else if (!isThere && isWanted) process.prependListener(REJECTION, this.#onRejection)
  }
}

function rejected(probe: Probe, reason: unknown): void {
  const span = probe.current()
  if (span !== undefined && !probe.isNewError(reason, span.root)) return
  const site = probe.site({ name: REJECTION, framework: 'node' })
  const flags = span === undefined ? FLAG.parentOrphan : 0
  const value = reason === undefined ? null : reason
  probe.recorder.point(KINDS.error, site, span?.seq ?? 0, span?.root.seq ?? 0, value, 0, 0, 0, flags)
}
