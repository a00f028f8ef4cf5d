import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Place, run } from '../cli.ts'
import { parseChrome } from './checks-chrome.ts'
import { parseHar } from './checks-har.ts'
import { parseMermaid } from './checks-mermaid.ts'
import { type OtlpSpan, parseOtlp } from './checks-otlp.ts'
import { EVIL, EVIL_SERVICE, recordEvil, recordServer } from './traffic.ts'

// each test runs several commands, on a busy machine perhaps
vi.setConfig({ testTimeout: 90_000 })

interface Event {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly film?: string
  readonly parent?: string
  readonly open: boolean
  readonly number: number
}

async function exported(place: Place, format: string, ...options: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['export', place.directory, '--format', format, ...options])
  if (code !== 0) throw new Error(stderr)
  return stdout
}

async function eventsOf(place: Place, ...options: readonly string[]): Promise<readonly Event[]> {
  return (await exported(place, 'ndjson', ...options))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)
}

type Row = Readonly<Record<string, string>>

const rowsOf = (text: string): readonly Row[] => parse(text, { columns: true, record_delimiter: '\r\n' })
const attribute = ({ attributes }: Pick<OtlpSpan, 'attributes'>, key: string): unknown =>
  attributes.find((each) => each.key === key)?.value

describe('an export of a server', () => {
  const place = new Place()
  let events: readonly Event[] = []
  beforeAll(async () => {
    await recordServer(place)
    events = await eventsOf(place)
  })
  afterAll(() => place[Symbol.dispose]())

  test('as NDJSON is what a query gives', async () => {
    const { stdout } = await run(['query', place.directory, '--ndjson', '--limit', '10000'])
    expect(await exported(place, 'ndjson')).toBe(stdout)
    expect(events.length).toBeGreaterThan(50)
  })

  test('as CSV has a row an event', async () => {
    const rows = rowsOf(await exported(place, 'csv'))
    expect(rows.map(({ id, kind, name, film }) => ({ id, kind, name, film }))).toEqual(
      events.map(({ id, kind, name, film = '' }) => ({ id, kind, name, film })),
    )
    const order = rows.find(({ kind, name }) => kind === 'request' && name === 'POST /orders/:id')
    expect(order).toMatchObject({ service: 'shop', error: 'false', open: 'false', number: '201' })
    expect(JSON.parse(order?.['value'] ?? '')).toMatchObject({ 'http.request.method': 'POST' })
  })

  test('as OTLP has every span, in the trace that called, with its points as events', async () => {
    const spans = parseOtlp(await exported(place, 'otlp'))
    const order = spans.find(({ name, kind }) => name === 'POST /orders/:id' && kind === 2)!
    expect(order).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentSpanId: '00f067aa0ba902b7',
    })
    expect(order).not.toHaveProperty('links')
    expect(order).not.toHaveProperty('status')
    expect(attribute(order, 'http.response.status_code')).toEqual({ intValue: '201' })
    expect(attribute(order, 'http.request.header.x-many')).toEqual({
      arrayValue: { values: [{ stringValue: 'a, b' }] },
    })
    expect(attribute(order, 'http.request.body')).toEqual({
      kvlistValue: { values: [{ key: 'amount', value: { intValue: '2' } }] },
    })
    const handler = spans.find(({ parentSpanId, spanId }) => parentSpanId === order.spanId && hasLog(spanId, spans))
    expect(attribute(handler!, 'user.id')).toEqual({ intValue: '42' })
    expect(attribute(pointOf(handler!, 'log'), 'price')).toEqual({ doubleValue: 9.5 })
    const failed = spans.find(({ events: points }) => points.some(({ name }) => name === 'exception'))!
    expect(failed.status).toEqual({ code: 2, message: 'no such order' })
    expect(attribute(pointOf(failed, 'exception'), 'exception.type')).toEqual({ stringValue: 'TypeError' })
    const open = spans.find(({ name }) => name === 'never ends')!
    expect(open.endTimeUnixNano).toBe(open.startTimeUnixNano)
    expect(attribute(open, 'cinescope.open')).toEqual({ boolValue: true })
    const known = new Set([...spans.map(({ spanId }) => spanId), '00f067aa0ba902b7'])
    expect(spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !known.has(parentSpanId))).toEqual([])
    const idsOfPoints = spans.flatMap(({ events: points }) =>
      points.map((point) => attribute(point, 'cinescope.event.id')),
    )
    const folded = events.filter(
      ({ kind, parent }) => (kind === 'attribute' || kind === 'edge') && parent !== undefined,
    )
    expect(spans.length + idsOfPoints.length + folded.length).toBe(events.length)
  })

  test('as a Chrome trace has every span once, nested as it was', async () => {
    const trace = parseChrome(await exported(place, 'chrome'))
    const told = trace.filter(({ ph }) => 'XBiC'.includes(ph))
    expect(told).toHaveLength(events.length)
    expect(told.filter(({ ph }) => ph === 'B').map(({ name }) => name)).toEqual(['never ends'])
    // requests that were under way together have tracks of their own
    const orders = told.filter(({ ph, name }) => ph === 'X' && name === 'POST /orders/:id')
    expect(new Set(orders.map(({ tid }) => tid)).size).toBeGreaterThan(1)
  })

  test('as HAR has what was answered and what was sent, with nothing made up', async () => {
    const { entries, comment } = parseHar(await exported(place, 'har'))
    expect(entries).toHaveLength(events.filter(({ kind }) => kind === 'request' || kind === 'client.request').length)
    const order = entries.find(
      ({ request, comment: said }) => said.startsWith('Answered') && request.url.endsWith('/orders/1'),
    )!
    expect(order.request).toMatchObject({
      method: 'POST',
      queryString: [{ name: 'coupon', value: 'ten' }],
      postData: { mimeType: 'application/json', text: '{"amount":2}' },
      bodySize: 12,
    })
    expect(order.request.headers).toContainEqual({ name: 'x-many', value: 'a, b' })
    expect(order.response).toMatchObject({ status: 201, content: { text: '{"ok":true}', size: 11 } })
    const sent = entries.find(({ request }) => request.url.endsWith('/left?item=1'))!
    expect(sent.request.queryString).toEqual([{ name: 'item', value: '1' }])
    expect(sent.request).not.toHaveProperty('postData')
    expect(comment).toMatch(/^Values are as recorded.* shop \(process \d+, closed\): 0 events lost\.$/)
  })

  test('as Mermaid shows a film as who asked whom', async () => {
    const film = events.find(({ kind, name }) => kind === 'request' && name === 'POST /orders/:id')!.film!
    const { participants, messages } = await parseMermaid(await exported(place, 'mermaid', '--film', film))
    expect(participants).toEqual(['shop', 'caller 127.0.0.1', expect.stringMatching(/^127\.0\.0\.1 port \d+$/)])
    expect(messages[0]).toBe('p1>p0: POST /orders/#58;id'.replace('#58;', 'ﬂ°°58¶ß'))
    expect(messages.at(-1)).toMatch(/^p0>p1: 201 /)
    expect(messages.some((message) => message.startsWith('p0>p0: handler'))).toBe(true)
  })

  test('holds a film or what fits an expression, if that is asked for', async () => {
    const { film } = events.find(({ kind }) => kind === 'request')!
    const ofFilm = await eventsOf(place, '--film', film!.slice(0, 10))
    expect(ofFilm).toEqual(events.filter((event) => event.film === film))
    const handlers = await eventsOf(place, '--query', 'kind:handler')
    expect(handlers).toEqual(events.filter(({ kind }) => kind === 'handler'))
    expect(parseHar(await exported(place, 'har', '--query', 'kind:handler')).entries).toEqual([])
  })
})

function pointOf({ events }: OtlpSpan, wanted: string): OtlpSpan['events'][number] {
  const point = events.find(({ name }) => name === wanted)
  if (point === undefined) throw new Error(`no ${wanted} among ${events.map(({ name }) => name).join(', ')}`)
  return point
}

function hasLog(id: string, spans: readonly OtlpSpan[]): boolean {
  return spans.some(({ spanId, events }) => spanId === id && events.some(({ name }) => name === 'log'))
}

describe('an export of what means harm', () => {
  const place = new Place()
  beforeAll(() => place.record(recordEvil, { service: EVIL_SERVICE }))
  afterAll(() => place[Symbol.dispose]())

  test('as CSV has no cell that a spreadsheet would run, nor one that breaks a row', async () => {
    const rows = rowsOf(await exported(place, 'csv'))
    const events = await eventsOf(place)
    expect(rows.map(({ id }) => id)).toEqual(events.map(({ id }) => id))
    const numeric = new Set(['number', 'at_ns', 'duration_ns'])
    const cells = rows.flatMap((row) =>
      Object.entries(row)
        .filter(([key]) => !numeric.has(key))
        .map(([, cell]) => cell),
    )
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(cells.filter((cell) => /^[=+\-@\t\r]|[\u0000-\u001f\u202e]/.test(cell))).toEqual([])
    expect(rows.map(({ name }) => name)).toContain(`'=cmd|"/C calc"!A0`)
  })

  test('as OTLP is of the protocol, with every name in it', async () => {
    const spans = parseOtlp(await exported(place, 'otlp'))
    const names = new Set(spans.map(({ name }) => name))
    const missing = EVIL.filter(
      (text) => text !== '' && ![...names].some((name) => name.startsWith(text.toWellFormed().slice(0, 500))),
    )
    expect(missing).toEqual([])
    const keys = spans.flatMap(({ attributes }) => attributes.map(({ key }) => key))
    expect(keys).toContain('__proto__')
  })

  test('as a Chrome trace is of the format', async () => {
    const names = parseChrome(await exported(place, 'chrome')).map(({ name }) => name)
    expect(names).toContain('\ufffd alone')
    expect(names).toContain('__proto__')
  })

  test('as HAR is of the format', async () => {
    expect(parseHar(await exported(place, 'har')).entries).toEqual([])
  })

  test('as Mermaid is one diagram in which nothing was added by a name', async () => {
    const text = await exported(place, 'mermaid')
    const { participants, messages } = await parseMermaid(text)
    expect(participants).toHaveLength(1)
    const events = (await eventsOf(place)).filter(({ kind }) => kind !== 'attribute')
    expect(messages).toHaveLength(events.length)
    expect(text).not.toMatch(/<script|%%/)
  })

  test('as NDJSON keeps every name as it was recorded', async () => {
    const names = new Set((await eventsOf(place)).map(({ name }) => name))
    expect(EVIL.filter((text) => text !== '' && text.length < 100 && !names.has(text.toWellFormed()))).toEqual([])
  })
})

describe('events that were lost', () => {
  const place = new Place()
  beforeAll(() =>
    place.record((scope) =>
      scope.span('burst', () => {
        for (let i = 0; i < 60_000; i++) scope.log('said')
      }),
    ),
  )
  afterAll(() => place[Symbol.dispose]())

  test('are told in every format, and on stderr', async () => {
    const gaps = (await eventsOf(place)).filter(({ kind }) => kind === 'gap')
    const lost = gaps.reduce((sum, { number }) => sum + number, 0)
    expect(lost).toBeGreaterThan(0)
    const rows = rowsOf(await exported(place, 'csv')).filter(({ kind }) => kind === 'gap')
    expect(rows.reduce((sum, { number }) => sum + Number(number), 0)).toBe(lost)
    const spans = parseOtlp(await exported(place, 'otlp'))
    const points = spans.flatMap((span) => [span, ...span.events])
    const told = points.filter((point) => isDeepEqual(attribute(point, 'cinescope.kind'), { stringValue: 'gap' }))
    expect(told.map((point) => attribute(point, 'cinescope.number'))).toEqual(
      gaps.map(({ number }) => ({ intValue: String(number) })),
    )
    const trace = parseChrome(await exported(place, 'chrome'))
    expect(trace.filter(({ name }) => name.startsWith('gap: '))).toHaveLength(gaps.length)
    expect(parseHar(await exported(place, 'har')).comment).toContain(`${lost} events lost, gaps of ${lost} events`)
    const { messages } = await parseMermaid(await exported(place, 'mermaid', '--query', 'kind:gap'))
    expect(messages).toHaveLength(gaps.length)
    expect(messages[0]).toContain('events lost')
    const { stderr } = await run(['export', place.directory, '--format', 'ndjson', '--query', 'kind:gap'])
    expect(stderr).toMatch(/ events had been lost while recording/)
  })
})

function isDeepEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
