/** Recording what one function does, for tests: its outgoing requests carry a trace, so the film a server makes of them is found. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { CinescopeError, type Film, formatTraceparent, KINDS } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import type { Span } from '../capture/span.ts'
import type { OpenRecording } from '../recording/recording.ts'
import { keepAll } from './keep-request.ts'

/** The film that a function made. */
export interface RecordedFilm<T> extends Film {
  /** What the function returned. */
  readonly result: T
  /** All films that it made, in order of their beginning; the first is this one. */
  readonly films: readonly Film[]
}

/** What recording a film needs of the scope. */
export interface FilmRecorder {
  readonly probe: Probe
  /** For how long the writer believes who asks for all films, in ms; undefined where nothing is decided against. */
  readonly keepAllMs: number | undefined
  flush(): Promise<void>
  recording(): OpenRecording
}

/** Longest wait for films to end after the function has settled. */
const SETTLE_MS = 2000

/**
 * Runs `fn` and gives the film of the first request that it made to a server of this process, else of the spans it opened itself.
 * Requests by `node:http` and `fetch` inside `fn` get a `traceparent` header unless they have one. Rejects with what `fn` throws.
 */
export async function recordFilm<T>(recorder: FilmRecorder, fn: () => T | Promise<T>): Promise<RecordedFilm<T>> {
  const { probe } = recorder
  if (!probe.isEnabled)
    throw new CinescopeError('CSC_ERR_STOPPED', 'record() needs a scope that is enabled and running')
  const { keepAllMs } = recorder
  const releaseKeep = keepAllMs === undefined ? () => undefined : keepAll(probe, keepAllMs)
  const releaseThinning = wholeFilms(probe)
  const root = probe.openRoot(KINDS.span, probe.site({ name: 'record', framework: 'cinescope' }), undefined, 0, 0)
  const untrace = traceRequests(probe, root)
  try {
    const result = await probe.run(root, async () => fn())
    root.end()
    const films = await settledFilms(recorder, root)
    // settledFilms gives the root's own film at least
    return { ...films[0]!, result, films }
  } finally {
    root.end()
    releaseKeep()
    releaseThinning()
    untrace()
  }
}

/** Has films recorded whole, whatever the budget leaves out. Returns what ends that. */
function wholeFilms({ sampling }: Probe): () => void {
  sampling.wholeFilms++
  return () => void sampling.wholeFilms--
}

async function settledFilms(recorder: FilmRecorder, root: Span): Promise<Film[]> {
  const recording = recorder.recording()
  const deadline = Date.now() + SETTLE_MS
  for (;;) {
    await recorder.flush()
    const summaries = (await recording.filmsOfTrace(root.traceId)).filter(({ id }) => id !== root.id)
    const ids = summaries.length === 0 ? [root.id] : summaries.map(({ id }) => id)
    const isSettled = summaries.every(({ durationNs }) => durationNs !== undefined)
    if (isSettled || Date.now() > deadline) return Promise.all(ids.map((id) => recording.film(id)))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Puts the trace into requests that the function makes. Returns what stops it. */
function traceRequests(probe: Probe, root: Span): () => void {
  const header = (): string | undefined => {
    const span = probe.current()
    return span?.root === root
      ? formatTraceparent({ traceId: root.traceId, spanId: span.id, sampled: true })
      : undefined
  }
  const onHttp = (message: unknown): void => {
    const { request } = message as {
      request: { hasHeader(name: string): boolean; setHeader(name: string, value: string): void }
    }
    const value = header()
    if (value !== undefined && !request.hasHeader('traceparent')) request.setHeader('traceparent', value)
  }
  const onFetch = (message: unknown): void => {
    const { request } = message as {
      request: { headers: string | readonly string[]; addHeader(name: string, value: string): void }
    }
    const value = header()
    if (value !== undefined && !String(request.headers).toLowerCase().includes('traceparent'))
      request.addHeader('traceparent', value)
  }
  const safe = (run: (message: unknown) => void) => (message: unknown) => {
    try {
      run(message)
    } catch (cause) {
      probe.report(new CinescopeError('CSC_ERR_CAPTURE', 'a request could not be traced', { cause }))
    }
  }
  const http = safe(onHttp)
  const fetch = safe(onFetch)
  subscribe('http.client.request.created', http)
  subscribe('undici:request:create', fetch)
  return () => {
    unsubscribe('http.client.request.created', http)
    unsubscribe('undici:request:create', fetch)
  }
}
