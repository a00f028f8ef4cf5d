/** One entry of an HTTP Archive. */

import type { CinescopeEvent, RecordingStatus } from '@cinescope/core'
import { toJson } from '../../format/json.ts'
import type { Assembled } from '../assembler.ts'
import { isPlain, memberOf, membersOf, numberIn, textIn, textOf } from '../members.ts'

interface Pair {
  readonly name: string
  readonly value: string
}

/** The entry of a request with its points. Sizes and times that were not recorded are -1, as the format has it. */
export function entryOf({ event, points }: Assembled, process: RecordingStatus['process']): object {
  const ms = event.durationNs === undefined ? undefined : Math.max(0, event.durationNs) / 1e6
  return {
    startedDateTime: isoOf(event.at),
    time: ms ?? 0,
    request: requestOf(event, points),
    response: responseOf(event, points),
    cache: {},
    timings: {
      blocked: -1,
      dns: -1,
      connect: -1,
      ssl: -1,
      send: 0,
      wait: ms ?? 0,
      receive: 0,
      comment: 'Only the whole was measured; it is told as `wait`.',
    },
    _cinescope: { id: event.id, film: event.film, kind: event.kind, service: process.service, pid: process.pid },
    comment: commentOf(event),
  }
}

function requestOf(event: CinescopeEvent, points: readonly CinescopeEvent[]): object {
  const headers = headersIn(event, 'http.request.header')
  const body = valueNamed(points, 'http.request.body')
  const url = urlOf(event, headers)
  const type = headerOf(headers, 'content-type') ?? ''
  return {
    method: textIn(event.value, 'http.request.method') ?? '',
    url,
    httpVersion: versionOf(event),
    cookies: [],
    headers,
    queryString: queryOf(url, valueNamed(points, 'url.query')),
    ...(body === undefined ? {} : { postData: { mimeType: type, text: bodyText(body), params: [], comment: BODY } }),
    headersSize: -1,
    bodySize: sizeOf(points, 'http.request.body') ?? -1,
    comment: 'Cookies are in the headers, as far as they were recorded.',
  }
}

const BODY = 'The body as it was understood, redacted and written as JSON; not byte for byte.'

function responseOf(event: CinescopeEvent, points: readonly CinescopeEvent[]): object {
  const headers = headersIn(event, 'http.response.header')
  const body = valueNamed(points, 'http.response.body')
  const size = numberIn(event.result, 'http.response.body.size') ?? sizeOf(points, 'http.response.body')
  return {
    status: statusOf(event),
    statusText: '',
    httpVersion: versionOf(event),
    cookies: [],
    headers,
    content: {
      size: size ?? -1,
      mimeType: headerOf(headers, 'content-type') ?? '',
      ...(body === undefined ? { comment: 'The body was not recorded.' } : { text: bodyText(body), comment: BODY }),
    },
    redirectURL: headerOf(headers, 'location') ?? '',
    headersSize: -1,
    bodySize: size ?? -1,
  }
}

function statusOf(event: CinescopeEvent): number {
  const status = numberIn(event.result, 'http.response.status_code') ?? event.number
  return Number.isInteger(status) && status > 0 ? status : 0
}

function commentOf({ open, aborted, error, kind, durationNs }: CinescopeEvent): string {
  return [
    kind === 'request' ? 'Answered by the recorded process.' : 'Sent by the recorded process.',
    ...(open || durationNs === undefined ? ['It had not ended; its time is not known.'] : []),
    ...(aborted ? ['The peer went away before it was complete.'] : []),
    ...(error ? ['It failed.'] : []),
  ].join(' ')
}

/** Headers of the begin or the result, a pair for each value. */
function headersIn({ value, result }: CinescopeEvent, key: string): readonly Pair[] {
  const headers = memberOf(result, key) ?? memberOf(value, key)
  return membersOf(headers).flatMap(([name, each]) =>
    (Array.isArray(each) ? each : [each]).map((one): Pair => ({ name, value: shownAs(one) })),
  )
}

function headerOf(headers: readonly Pair[], name: string): string | undefined {
  return headers.find((header) => header.name.toLowerCase() === name)?.value
}

/** As recorded; of a server's request it is put together from what was, and whether it was https is not known. */
function urlOf({ value }: CinescopeEvent, headers: readonly Pair[]): string {
  const full = textIn(value, 'url.full')
  if (full !== undefined) return full
  const host = headerOf(headers, 'host') ?? textIn(value, 'server.address') ?? ''
  return `${textIn(value, 'url.scheme') ?? 'http'}://${host}${textIn(value, 'url.path') ?? '/'}`
}

/** The recorded query of a server's request; that of a client's is in its URL. */
function queryOf(url: string, recorded: unknown): readonly Pair[] {
  if (isPlain(recorded)) {
    return membersOf(recorded).flatMap(([name, each]) =>
      (Array.isArray(each) ? each : [each]).map((one): Pair => ({ name, value: shownAs(one) })),
    )
  }
  const mark = url.indexOf('?')
  if (mark < 0) return []
  return Array.from(new URLSearchParams(url.slice(mark + 1)), ([name, value]) => ({ name, value }))
}

function versionOf({ value }: CinescopeEvent): string {
  const version = textIn(value, 'network.protocol.version')
  return version === undefined ? '' : `HTTP/${version}`
}

function valueNamed(points: readonly CinescopeEvent[], name: string): unknown {
  return points.find(({ site }) => site?.name === name)?.value
}

function sizeOf(points: readonly CinescopeEvent[], name: string): number | undefined {
  const size = points.find(({ site }) => site?.name === name)?.number
  return size !== undefined && Number.isSafeInteger(size) && size >= 0 ? size : undefined
}

function bodyText(body: unknown): string {
  return textOf(body) ?? toJson(body, 0)
}

function shownAs(value: unknown): string {
  return value === undefined ? '' : (textOf(value) ?? toJson(value, 0))
}

/** A recording may claim an instant that no date can be. */
function isoOf(atMs: number): string {
  const date = new Date(atMs)
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString()
}
