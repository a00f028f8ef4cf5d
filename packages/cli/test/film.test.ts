import { probeOf } from '@cinescope/core/adapter'
import { KINDS } from '@cinescope/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, Place, recordShop, run } from './cli.ts'

describe('cinescope film', () => {
  const place = new Place()
  const ids = new Map<string, string>()
  beforeAll(async () => {
    await place.record(recordShop)
    const { films } = (await json('films', place.directory)) as { films: { id: string; name: string }[] }
    for (const { id, name } of films) ids.set(name, id)
  })
  afterAll(() => place[Symbol.dispose]())

  const film = async (name: string, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(['film', ids.get(name) ?? '', place.directory, ...args])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    return stdout
  }
  /** What stands after the bar, indentation kept. */
  const whats = (text: string): string[] =>
    text
      .split('\n')
      .slice(5)
      .filter((line) => / (?:ns|µs|ms|s) /.test(line.slice(0, 12)))
      .map((line) => line.slice(48).trimEnd())

  test('children are indented under their parents, in order of their begin', async () => {
    expect(whats(await film('GET /orders/:id'))).toEqual([
      'span       GET /orders/:id',
      '  attribute  user.id = 42',
      '  span       load order',
      '  span       load user',
      '  log        order loaded',
      '  state.snapshot order 17',
    ])
  })

  test('each span has a begin, a duration and a bar; each point has a dot', async () => {
    const lines = (await film('GET /orders/:id')).split('\n')
    expect(lines[5]).toMatch(/^ +0 ns +[\d.]+ .?s {2}█{24} {2}span/)
    expect(lines[6]).toMatch(/^ +[\d.]+ .?s +· +attribute/)
  })

  test('a failed film shows the error, where it was thrown, and its cause', async () => {
    const text = await film('POST /orders')
    expect(text).toMatch(/^POST \/orders {2}error {2}/)
    expect(whats(text)).toEqual(['span  POST /orders ✗', '  span  charge ✗', '    error Error: card declined'])
    expect(text).toMatch(
      /error Error: card declined\n +at .*cli\.ts:\d+:\d+\n +caused by TypeError: the bank said no\n +at .*cli\.ts/,
    )
  })

  test('an unfinished span is said to be unfinished', async () => {
    const text = await film('never ends')
    expect(text).toMatch(/^never ends {2}unfinished/)
    expect(whats(text)).toEqual(['span never ends (unfinished)'])
  })

  test('values are shown when they are asked for, and secrets are not among them', async () => {
    expect(await film('GET /orders/:id')).not.toContain('total')
    const text = await film('GET /orders/:id', '--values')
    expect(text).toContain('{ total: 9.5, password: [redacted] }')
    expect(text).toContain("{ message: 'order loaded', order: 17 }")
    expect(text).not.toContain('hunter2')
  })

  test('JSON holds the summary, every event and the gaps', async () => {
    const answer = JSON.parse(await film('POST /orders', '--json')) as Record<string, unknown>
    expect(answer).toMatchObject({ film: { name: 'POST /orders', error: true }, gaps: [] })
    expect((answer['events'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'POST /orders',
      'charge',
      'charge',
    ])
  })

  test('the first digits of the id are enough', async () => {
    const { stdout } = await run(['film', (ids.get('POST /orders') ?? '').slice(0, 8), place.directory])
    expect(stdout).toMatch(/^POST \/orders/)
  })

  test('a film of an older recording of the directory is found', async () => {
    using several = new Place()
    await several.record((scope) => scope.span('old', () => 1))
    const { films } = (await json('films', several.directory)) as { films: { id: string }[] }
    await several.record((scope) => scope.span('new', () => 1))
    const { stdout } = await run(['film', films[0]?.id ?? '', several.directory])
    expect(stdout).toMatch(/^old {2}ok/)
  })

  test('what was lost while a film ran is shown in it as a gap', async () => {
    using small = new Place()
    const flood = (scope: Awaited<ReturnType<Place['scope']>>): void =>
      scope.span('flood', () => {
        for (let i = 0; i < 5000; i++) scope.span('drop', () => i)
      })
    await small.record(flood, { ring: { records: 64 } })
    const { films } = (await json('films', small.directory)) as { films: { id: string }[] }
    const { stdout } = await run(['film', films[0]?.id ?? '', small.directory])
    const ledger = (await json('ledger', small.directory)) as { ledger: { dropped: number } }
    const told = [...stdout.matchAll(/gap +([\d,]+) events lost \(the ring was full\)/g)]
    const lost = told.reduce((sum, [, count = '']) => sum + Number(count.replaceAll(',', '')), 0)
    expect(lost).toBeGreaterThan(0)
    expect(lost).toBe(ledger.ledger.dropped)
  })

  test.each([
    ['GET', undefined, 404, 'GET /nope (no route)  404'],
    ['GET /orders/:id', '/orders/:id', 200, 'GET /orders/:id  200'],
  ])(
    'a request named %s, of route %s, has a path in its title where there is no route',
    async (name, route, status, line) => {
      using other = new Place()
      await other.record((scope) => {
        const probe = probeOf(scope)
        const value = { 'url.path': route === undefined ? '/nope' : '/orders/7' }
        const root = probe.open(KINDS.request, probe.site({ name }), undefined, value)
        root.end(status, 0, route === undefined ? {} : { 'http.route': route })
      })
      const [listed] = (await json('films', other.directory))['films'] as readonly { readonly id: string }[]
      const { stdout } = await run(['film', listed!.id, other.directory])
      expect(stdout.startsWith(line)).toBe(true)
    },
  )

  test('a request that has not ended may still find a route, so none is said to be missing', async () => {
    using other = new Place()
    await other.record((scope) => {
      const probe = probeOf(scope)
      probe.open(KINDS.request, probe.site({ name: 'GET' }), undefined, { 'url.path': '/orders/7' })
    })
    const [listed] = (await json('films', other.directory))['films'] as readonly { readonly id: string }[]
    const { stdout } = await run(['film', listed!.id, other.directory])
    expect(stdout).toMatch(/^GET \/orders\/7 {2}(?!\(no route\))/)
  })

  test('a film that is not there ends with 1 and says how to list films', async () => {
    const { code, stdout, stderr } = await run(['film', '0123456789abcdef', place.directory])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/no film 0123456789abcdef in .*`cinescope films` lists/)
  })
})
