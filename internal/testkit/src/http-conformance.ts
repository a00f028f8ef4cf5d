/** What every adapter of an HTTP framework records: one suite, run for each framework and version that claims the role. */

import { createScope, type Scope } from '@cinescope/core'
import type { CinescopeEvent, Film } from '@cinescope/protocol'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filmsOf, rootOf } from './http-films.ts'
import { exchange, requestText } from './http-wire.ts'

/** A recorded server of the framework on a free port of 127.0.0.1, with these routes, bodies captured. */
export interface HttpSubject extends AsyncDisposable {
  readonly port: number
}

/**
 * Starts the subject:
 * - `GET /users/:uid/posts/:pid`, mounted in two steps, answers `{ "uid": …, "pid": … }`;
 * - `POST /echo` parses JSON and answers it;
 * - `GET /throws` and `GET /rejects` fail with `new Error('outer', { cause: new TypeError('inner') })`, answered with 500;
 * - `GET /hangs` writes `some` and never ends;
 * - `POST /work/:id` waits up to 20 ms, logs `worked` with `{ id }` of its JSON body through the scope, answers `{ id }`.
 */
export type StartHttpSubject = (scope: Scope) => Promise<HttpSubject>

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const JSON_TYPE = { 'Content-Type': 'application/json' }

/** Declares the suite. */
export function httpConformance(name: string, start: StartHttpSubject): void {
  const record = async (act: (port: number) => Promise<unknown>, count: number): Promise<readonly Film[]> => {
    const directory = await mkdtemp(join(tmpdir(), 'cinescope-http-'))
    const scope = await createScope({ directory, handleSignals: false, sources: false })
    try {
      await using subject = await start(scope)
      await act(subject.port)
      return await filmsOf(scope, count)
    } finally {
      await scope.stop()
      await rm(directory, { recursive: true })
    }
  }
  describe(`${name} records`, () => {
    declareRequests(record)
    declareFailures(record)
    test('200 overlapping requests as 200 films, each with its own events', () => overlap(record))
  })
}

type Record = (act: (port: number) => Promise<unknown>, count: number) => Promise<readonly Film[]>

function declareRequests(record: Record): void {
  test('method, route template, parameters, status and trace', async () => {
    const request = requestText('GET', '/users/3/posts/9?page=2&token=secret-q', {
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
      Authorization: 'Bearer secret-h',
    })
    const [film] = await record((port) => exchange(port, request), 1)
    expect(film!.summary).toMatchObject({
      name: 'GET /users/:uid/posts/:pid',
      kind: 'request',
      status: 200,
      error: false,
      traceId: TRACE,
    })
    expect(rootOf(film!)).toMatchObject({
      value: { 'http.request.method': 'GET', 'url.path': '/users/3/posts/9' },
      result: {
        'http.route': '/users/:uid/posts/:pid',
        'http.response.status_code': 200,
        'cinescope.http.request.params': { uid: '3', pid: '9' },
      },
    })
    expect(JSON.stringify(film)).not.toContain('secret-')
  })

  test('bodies, redacted', async () => {
    const request = requestText('POST', '/echo', JSON_TYPE, '{"name":"n","password":"secret-b"}')
    const [film] = await record((port) => exchange(port, request), 1)
    const bodies = film!.events.filter(({ name }) => name.endsWith('.body')).map(({ name, value }) => [name, value])
    expect(bodies).toMatchObject([
      ['http.request.body', { name: 'n' }],
      ['http.response.body', { name: 'n' }],
    ])
    expect(JSON.stringify(film)).not.toContain('secret-')
  })
}

function declareFailures(record: Record): void {
  test.each(['/throws', '/rejects'])('the error of %s once, at its origin, with its causes', async (path) => {
    const [film] = await record((port) => exchange(port, requestText('GET', path)), 1)
    const errors = film!.events.filter(({ kind }) => kind === 'error')
    expect(errors).toHaveLength(1)
    expect(parentOf(film!, errors[0]!)).toMatchObject({ kind: 'handler', error: true })
    expect(JSON.stringify(errors[0]!.value)).toMatch(/outer.*inner/)
    expect(film!.summary).toMatchObject({ status: 500, error: true })
  })

  test('a client that went away', async () => {
    const until = (received: string): boolean => received.includes('some')
    const [film] = await record((port) => exchange(port, requestText('GET', '/hangs'), { until }), 1)
    expect(film!.summary).toMatchObject({ name: 'GET /hangs', aborted: true })
    expect(film!.events.filter(({ open }) => open)).toEqual([])
  })
}

async function overlap(record: Record): Promise<void> {
  const ids = Array.from({ length: 200 }, (_, id) => id)
  const films = await record(
    (port) =>
      Promise.all(
        ids.map((id) => exchange(port, requestText('POST', `/work/${id}`, JSON_TYPE, JSON.stringify({ id })))),
      ),
    200,
  )
  const seen = films.map((film) => {
    const logs = film.events.filter(({ kind }) => kind === 'log')
    const { id } = logs[0]!.value as { id: number }
    expect(logs).toHaveLength(1)
    expect(parentOf(film, logs[0]!)?.kind).toBe('handler')
    expect(rootOf(film).value).toMatchObject({ 'url.path': `/work/${id}` })
    return id
  })
  expect(seen.toSorted((a, b) => a - b)).toEqual(ids)
}

function parentOf(film: Film, { parent }: CinescopeEvent): CinescopeEvent | undefined {
  return film.events.find(({ id }) => id === parent)
}
