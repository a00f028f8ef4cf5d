import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Place, run } from '../cli.ts'
import { parseHar } from './checks-har.ts'
import { type OtlpSpan, parseOtlp } from './checks-otlp.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const QUERY = `?list=${'abc,'.repeat(800)}`
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
/** More films than an export remembers the traces of. */
const OTHERS = 20_500

async function exported(place: Place, format: string): Promise<string> {
  const { code, stdout, stderr } = await run(['export', place.directory, '--format', format])
  if (code !== 0) throw new Error(stderr)
  return stdout
}

async function listening(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const attribute = ({ attributes }: Pick<OtlpSpan, 'attributes'>, key: string): unknown =>
  attributes.find((each) => each.key === key)?.value

describe('an export of texts that are longer than what is recorded of one', () => {
  const place = new Place()
  let otlp: readonly OtlpSpan[] = []
  let url = ''
  beforeAll(async () => {
    await using scope = await place.scope({ sources: { 'http.server': false } })
    const server = createServer((_, response) => void response.end('yes'))
    url = `${await listening(server)}/things${QUERY}`
    await (await fetch(url)).text()
    const fails = (): void =>
      scope.span('fails', () => {
        throw new Error('much '.repeat(400))
      })
    expect(fails).toThrow()
    scope.span('nameless', () => scope.current()?.set('', 1))
    server.close()
    await scope.flush()
    otlp = parseOtlp(await exported(place, 'otlp'))
  })
  afterAll(() => place[Symbol.dispose]())

  test('as OTLP has their beginnings, as texts', () => {
    const called = otlp.find(({ name }) => name.startsWith('GET'))!
    const full = attribute(called, 'url.full') as { stringValue: string }
    expect(url.startsWith(full.stringValue.slice(0, -1))).toBe(true)
    expect(full.stringValue.length).toBeGreaterThan(1000)
    const failed = otlp.find(({ name }) => name === 'fails')!
    expect(failed.status?.message).toMatch(/^much much .*…$/)
    const thrown = failed.events.find(({ name }) => name === 'exception')!
    expect(attribute(thrown, 'exception.type')).toEqual({ stringValue: 'Error' })
    for (const key of ['exception.message', 'exception.stacktrace'])
      expect(attribute(thrown, key)).toEqual({
        stringValue: expect.stringMatching(/^(?:Error: )?much much .*…$/) as unknown,
      })
  })

  test('as HAR has the beginning of a URL and its query', async () => {
    const { entries } = parseHar(await exported(place, 'har'))
    const { request } = entries.find((entry) => entry.request.url.includes('/things'))!
    expect(request.url.length).toBeGreaterThan(1000)
    expect(request.queryString[0]).toMatchObject({ name: 'list', value: expect.stringMatching(/^abc,abc,/) as unknown })
  })
})

test('a span that outlasts many other films is exported in the trace that called it', async () => {
  using place = new Place()
  await using scope = await place.scope({ sources: { 'http.server': true } })
  const server = createServer()
  const arrived = once(server, 'request') as Promise<[unknown, ServerResponse]>
  const held = fetch(await listening(server), { headers: { traceparent: `00-${TRACE}-b7ad6b7169203331-01` } })
  const [, response] = await arrived
  for (let i = 0; i < OTHERS; i++) {
    scope.span('other', () => undefined)
    if (i % 1000 === 0) await scope.flush()
  }
  response.end('yes')
  await (await held).text()
  server.close()
  await scope.flush()
  const spans = parseOtlp(await exported(place, 'otlp'))
  expect(spans.filter(({ name }) => name === 'other')).toHaveLength(OTHERS)
  expect(spans.filter(({ kind }) => kind === 2).map(({ traceId }) => traceId)).toEqual([TRACE])
})

test('spans that are complete all at once are exported in requests of a hundred', async () => {
  using place = new Place()
  await using scope = await place.scope()
  for (let i = 0; i < 350; i++) scope.span('burst', () => undefined)
  await sleep(200)
  scope.span('after', () => undefined)
  await scope.flush()
  const requests = (await exported(place, 'otlp')).trimEnd().split('\n')
  const sizes = requests.map((line) => parseOtlp(line).length)
  expect(Math.max(...sizes)).toBe(100)
  expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThanOrEqual(351)
})
