/** What a scope does at the end of its thread: drains, and records what kills it. */

import { KINDS } from '@cinescope/protocol'
import type { ScopeSettings } from '../options/scope-options.ts'
import { drainAtExit } from './exit.ts'
import { keepNow } from './keep-request.ts'
import { type Changing, followSettings } from './settings-change.ts'
import type { WriterLink } from './writer-link.ts'

/** Drains at exit and records what kills the process, or a thread of it. Returns what takes it all off again. */
export function watchProcess(settings: ScopeSettings, thread: Changing, writer: WriterLink): () => void {
  const { probe } = thread
  const site = probe.site({ name: 'uncaughtException', framework: 'node' })
  const onFatal = (error: unknown): void => {
    const span = probe.current()
    // what kills it is recorded whatever becomes of the film
    probe.point(span?.isRecorded === true ? span : undefined, KINDS.error, site, error === undefined ? null : error)
  }
  const release = drainAtExit(() => {
    // what it has been busy for too long to hear of
    followSettings(thread)
    probe.stop()
    writer.stopNow()
  }, settings.handleSignals)
  process.on('uncaughtExceptionMonitor', onFatal)
  const { signal } = settings.keep
  const onSignal = (): void => keepNow(probe, `signal ${signal}`)
  if (signal !== undefined) process.on(signal, onSignal)
  return () => {
    process.off('uncaughtExceptionMonitor', onFatal)
    if (signal !== undefined) process.off(signal, onSignal)
    release()
  }
}
