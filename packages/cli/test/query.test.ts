import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, Place, recordShop, run } from './cli.ts'

interface Event {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly film: string
  readonly value?: unknown
}

describe('cinescope query', () => {
  const place = new Place()
  beforeAll(() => place.record(recordShop))
  afterAll(() => place[Symbol.dispose]())

  const query = async (...args: readonly string[]): Promise<readonly Event[]> =>
    (await json('query', place.directory, ...args))['events'] as readonly Event[]
  const names = async (...args: readonly string[]): Promise<string[]> =>
    (await query(...args)).map(({ kind, name }) => `${kind} ${name}`)

  test('the table has a line an event, with its values', async () => {
    const { code, stdout } = await run(['query', place.directory])
    const lines = stdout.trimEnd().split('\n')
    expect(code).toBe(0)
    expect(lines[0]).toMatch(/^EVENT +FILM +TIME +DURATION +KIND +WHAT +VALUES$/)
    expect(lines).toHaveLength(11)
    expect(lines.find((line) => line.includes('order loaded'))).toMatch(
      / log +order loaded +\{ message: 'order loaded', order: 17 \}$/,
    )
  })

  test('without values a line says what kind of thing it was, and no more', async () => {
    const { stdout } = await run(['query', place.directory, '--no-values', '--kind', 'log'])
    expect(stdout).toMatch(/ log +log *\n/)
    expect(stdout).not.toContain('undefined')
  })

  test.each([
    [['kind:log,error'], ['log log', 'error charge']],
    [['total == 9.5'], ['state.snapshot state.snapshot']],
    [['text ~ "order loaded"'], ['log log']],
    [['"order loaded"', '--kind', 'error'], []],
    [['site:"load *" and order by -time limit 1', '--kind', 'span'], ['span load user']],
  ])('%j is an expression', async ([expression, ...options], expected) => {
    expect(await names(expression!, ...options)).toEqual(expected)
  })

  test('a mistake in an expression is shown in its place', async () => {
    const { code, stderr } = await run(['query', place.directory, 'kind:log total == nine'])
    expect(code).toBe(2)
    expect(stderr).toContain(
      'column 19: expected a value: a text in double quotes, a number, true, false or null [CSC_ERR_QUERY]\n  kind:log total == nine\n                    ^\n',
    )
  })

  test('what the options say and the expression too is a mistake', async () => {
    const { stderr } = await run(['query', place.directory, 'limit 3', '--limit', '4'])
    expect(stderr).toContain("the options and the expression both say 'limit'; say it once")
  })

  test.each([
    [
      ['--kind', 'log', '--kind', 'error'],
      ['log log', 'error charge'],
    ],
    [
      ['--site', 'load *'],
      ['span load order', 'span load user'],
    ],
    [
      ['--error', '--kind', 'span'],
      ['span POST /orders', 'span charge'],
    ],
    [['--where', 'user.id=42'], ['attribute attribute']],
    [['--where', 'order=17', '--where', 'message=order loaded'], ['log log']],
    [['--where', 'order=18'], []],
    [['--min-ms', '10s'], []],
    [['--until', '1h'], []],
    [['--sort', '-time', '--limit', '1'], ['span never ends']],
  ])('%j finds %j', async (args, expected) => {
    expect(await names(...args)).toEqual(expected)
  })

  test('a film is given whole or by its first digits, a parent by its id', async () => {
    const [charge] = await query('--site', 'charge', '--kind', 'span')
    expect(await names('--film', charge?.film.slice(0, 8) ?? '')).toEqual([
      'span POST /orders',
      'span charge',
      'error charge',
    ])
    expect(await names('--parent', charge?.id ?? '')).toEqual(['error charge'])
  })

  test('without values none are read', async () => {
    const [log] = await query('--kind', 'log', '--no-values')
    expect(log).toMatchObject({ kind: 'log' })
    expect(log).not.toHaveProperty('value')
  })

  test('it explains what was read', async () => {
    const { stderr } = await run(['query', place.directory, '--explain', '--kind', 'handler'])
    expect(stderr).toMatch(/scan for kinds=.*handler.*, ordered by time\nread 0 of 1 segment \(skipped 1 by kind\)/)
  })
})
