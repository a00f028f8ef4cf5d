/** Asking that something be kept: an event of kind `control`, which the writer heeds. */

import { FLAG, KINDS } from '@cinescope/protocol'
import { CONTROL_CODE } from '../base/control-code.ts'
import type { Probe } from '../capture/probe.ts'

/** Asks for the current film under `tail`, for the window under `window`; marks the film in any case. */
export function keepNow(probe: Probe, reason: string): void {
  if (!probe.isEnabled) return
  const site = probe.site({ name: 'keep', framework: 'cinescope' })
  const span = probe.current()
  const film = span?.isRecorded === true ? span : undefined
  probe.point(film, KINDS.control, site, { reason }, CONTROL_CODE.keep, 0, 0, film === undefined ? 0 : FLAG.marked)
}

/** Tells of a window that the writer has kept because somebody asked it to; `atMs` is when, and this thread may have been busy since. */
export function tellKept(probe: Probe, reason: string, atMs: number): void {
  if (!probe.isEnabled) return
  const site = probe.site({ name: 'keep', framework: 'cinescope' })
  const waitedMs = Math.max(0, Math.round(performance.now() - atMs))
  probe.recorder.point(KINDS.control, site, 0, 0, { reason, by: 'ctl', waitedMs }, CONTROL_CODE.kept)
}

/** Asks for all films that begin from here on, again and again within `mostMs`. Gives what ends that. */
export function keepAll(probe: Probe, mostMs: number): () => void {
  const site = probe.site({ name: 'keep all', framework: 'cinescope' })
  const ask = (code: number): void => void probe.point(undefined, KINDS.control, site, undefined, code)
  ask(CONTROL_CODE.keepAll)
  const timer = setInterval(() => ask(CONTROL_CODE.keepAllStill), mostMs / 2).unref()
  return () => {
    clearInterval(timer)
    ask(CONTROL_CODE.keepAllEnd)
  }
}
