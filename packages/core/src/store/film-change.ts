/** How a film's changes add up, for every store alike. */

import { decodeValue, type KeyLookup, type TraceId } from '@cinescope/protocol'
import type { FilmChange } from '../base/sealed-segment.ts'
import type { FilmRow } from './event-store.ts'

/** The stored film after one more change. */
export function applyFilmChange(film: FilmRow | undefined, change: FilmChange, keyOf: KeyLookup): FilmRow {
  const trace = change.adopted === undefined ? undefined : adoptedTrace(change.adopted, keyOf)
  if (film === undefined) {
    return {
      ...pickRoot(change),
      duration: change.duration,
      status: change.status,
      flags: change.flags,
      events: change.events,
      errors: change.errors,
      lastSeq: change.lastSeq,
      trace,
    }
  }
  const root = change.hasRoot ? pickRoot(change) : film
  return {
    ...film,
    time: root.time,
    kind: root.kind,
    site: root.site === 0 ? film.site : root.site,
    duration: change.duration ?? film.duration,
    status: change.status === 0 ? film.status : change.status,
    flags: film.flags | change.flags,
    events: film.events + change.events,
    errors: film.errors + change.errors,
    lastSeq: Math.max(film.lastSeq, change.lastSeq),
    trace: trace ?? film.trace,
  }
}

/** The name under which an `adopt` edge says the trace id: the one key that must be known to read it. */
export const TRACE_KEY = 'cinescope.trace.id'

/** The trace id that an `adopt` edge carries; undefined when it is no trace id. */
export function adoptedTrace(document: Uint8Array, keyOf: KeyLookup): TraceId | undefined {
  const value = decodeValue(document, keyOf)
  if (typeof value !== 'object' || value === null) return undefined
  const text = (value as Record<string, unknown>)[TRACE_KEY]
  return typeof text === 'string' && /^[0-9a-f]{32}$/.test(text) ? (text as TraceId) : undefined
}

function pickRoot(change: FilmChange): Pick<FilmRow, 'thread' | 'seq' | 'time' | 'kind' | 'site'> {
  return { thread: change.thread, seq: change.seq, time: change.time, kind: change.kind, site: change.site }
}
