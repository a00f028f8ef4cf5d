import { once } from 'node:events'
import { readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Scope } from '@cinescope/core'
import { openRecording } from '@cinescope/core/reader'
import { describe, expect, test } from 'vitest'
import { Screen } from '../src/format/screen.ts'
import { topLines } from '../src/format/top-lines.ts'
import { type Look, TopFigures } from '../src/top-figures.ts'
import { json, Place, run, start } from './cli.ts'

const SOURCES = { 'http.server': true }

/** Asks a recorded server so often; a third of the answers fail. */
async function serve(scope: Scope, requests: number): Promise<void> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/fails' ? 500 : 200
    response.end('yes')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  for (let i = 0; i < requests; i++) {
    await (await fetch(`http://127.0.0.1:${port}/${i % 3 === 0 ? 'fails' : 'works'}`)).text()
  }
  server.close()
  await scope.flush()
}

const LOOK: Look = {
  at: new Date(2026, 4, 1, 14, 3, 22, 118).getTime(),
  service: 'shop',
  pid: 42,
  state: 'live',
  windowMs: 10_000,
  uptimeMs: 75_000,
  isOfKeptOnly: false,
  routes: [
    {
      route: 'GET /orders/:id',
      now: { count: 125, perSecond: 12.5, errors: 5, p50Ms: 1.5, p99Ms: 20 },
      all: { count: 1500, perSecond: 20, errors: 0, p50Ms: 1, p99Ms: 10 },
    },
    {
      route: `POST /\u001b[2Jevil`,
      now: undefined,
      all: { count: 1, perSecond: 0.01, errors: 1, p50Ms: 3, p99Ms: 3 },
    },
  ],
  loopDelayMaxMs: 12.4,
  rssBytes: 89_128_960,
}

/** What a terminal of this size would be sent. */
function drawn(columns: number, rows: number): string {
  const written: string[] = []
  const stdout = { isTTY: true, columns, rows, write: (text: string) => void written.push(text) }
  const screen = new Screen({ stdout, stderr: stdout, format: 'table', nowMs: 0 })
  screen.redraw(...topLines(LOOK, { path: '.cinescope', width: screen.width }))
  return written.join('')
}

describe('cinescope top', () => {
  test('takes nothing for news that a clock which was set back has dated later', async () => {
    using place = new Place()
    await using scope = await place.scope({ sources: SOURCES })
    await serve(scope, 3)
    await using recording = openRecording(place.directory)
    const figures = new TopFigures(recording, 10_000)
    const { uptimeMs, routes } = await figures.look(Date.now() - 3_600_000)
    expect(routes.map(({ now, all }) => [now, all.count])).toEqual([[undefined, 3]])
    const sinceStart = Date.now() - (await recording.status()).process.anchor.wallMs
    expect(uptimeMs).toBeGreaterThan(1)
    expect(uptimeMs).toBeLessThanOrEqual(sinceStart)
    expect(routes[0]!.all.perSecond).toBeCloseTo(3 / (uptimeMs / 1000), 6)
  })

  test('tells of each route how many, how fast and how many failed, now and since the start', async () => {
    using place = new Place()
    await using scope = await place.scope({ sources: SOURCES })
    await serve(scope, 9)
    const { code, stdout, stderr } = await run(['top', place.directory, '--once'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3}  shop \(pid \d+, live, up .*\)/)
    const answer = await json('top', place.directory, '--once', '--window', '1000s')
    expect(answer).toMatchObject({ state: 'live', service: 'shop' })
    const routes = answer['routes'] as Look['routes']
    const [requests, failed] = [
      routes.reduce((sum, { all }) => sum + all.count, 0),
      routes.reduce((sum, { now }) => sum + (now?.errors ?? 0), 0),
    ]
    expect([requests, failed]).toEqual([9, 3])
    expect(routes.every(({ now, all }) => now?.count === all.count && now.p99Ms === all.p99Ms)).toBe(true)
  })

  test('of a recording that has ended shows its end, once', async () => {
    using place = new Place()
    await place.record((scope) => serve(scope, 6), { sources: SOURCES })
    const { code, stdout, stderr } = await run(['top', place.directory])
    expect([code, stderr]).toEqual([0, 'The recording was closed\n'])
    expect(stdout).toMatch(/NOW\/S +FAILED +P50 +P99 +ALL/)
    expect(stdout).toMatch(/ 33 % .* 6 .* GET$/m)
  })

  test('looks again and again, and goes over to the next process, until it is told to end', async () => {
    using place = new Place()
    const first = await place.scope({ service: 'first' })
    await first.flush()
    await using top = start(['top', place.directory, '--interval', '100ms', '--json'])
    await top.printed(2)
    await first.stop()
    const seen = (): string[] => top.lines.map((line) => (JSON.parse(line) as Look).service)
    await top.printed(top.lines.length + 2)
    await using _second = await place.scope({ service: 'second' })
    while (!seen().includes('second')) await top.printed(top.lines.length + 1)
    expect(await top.end('SIGINT')).toBe(0)
    expect(new Set(seen())).toEqual(new Set(['first', 'second']))
  })

  test('goes over to the next process though older recordings have gone meanwhile', async () => {
    using place = new Place()
    await place.record((scope) => scope.log('old'), { service: 'old' })
    const [old] = readdirSync(place.directory)
    const first = await place.scope({ service: 'first' })
    await first.flush()
    await using top = start(['top', place.directory, '--interval', '100ms', '--json'])
    await top.printed(2)
    rmSync(join(place.directory, old!))
    await first.stop()
    await using _second = await place.scope({ service: 'second' })
    const seen = (): string[] => top.lines.map((line) => (JSON.parse(line) as Look).service)
    while (!seen().includes('second')) await top.printed(top.lines.length + 1)
    expect(await top.end('SIGINT')).toBe(0)
  })

  test('draws in place, as much as the terminal has room for, and nothing of a recording moves its cursor', () => {
    const wide = drawn(160, 40)
    expect(wide.startsWith('\u001b[H')).toBe(true)
    expect(wide.endsWith('\u001b[J')).toBe(true)
    expect(wide).toContain('14:03:22.118  shop (pid 42, live, up 75.0 s)  .cinescope\u001b[K\n')
    expect(wide).toContain('memory 85.0 MiB  event loop late by 12.4 ms at most')
    expect(wide).toMatch(/ 12\.5 +4\.0 % +1\.50 ms +20\.0 ms +1,500 +20\.0 +0 +1\.00 ms +10\.0 ms +GET \/orders\/:id/)
    expect(wide).toContain('POST /\\e[2Jevil')
    const narrow = drawn(60, 6).split('\n')
    expect(narrow).toHaveLength(6)
    // the escapes that begin the drawing and clear the rest of a line take no room
    for (const line of narrow)
      expect(line.replace('\u001b[H', '').replace('\u001b[K', '').length).toBeLessThanOrEqual(60)
  })
})
