import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import {
  CinescopeError,
  type EventFilter,
  type EventQuery,
  formatQuery,
  parseQuery,
  type SyntaxProblem,
  wallMs,
} from '../../src/index.ts'
import { anyText, where } from './arbitraries.ts'

const NOW = Date.UTC(2026, 4, 1, 12, 0, 0)
const parse = (text: string): EventQuery => parseQuery(text, { nowMs: NOW })

const query: fc.Arbitrary<EventQuery> = fc.record(
  {
    where: where.filter((each) => Object.keys(each).length > 0),
    order: fc.constantFrom('time', '-time', 'duration', '-duration'),
    limit: fc.nat({ max: 999_999_999 }),
    cursor: anyText,
    values: fc.boolean(),
  },
  { requiredKeys: [], noNullPrototype: true },
)

function messageOf(text: string): string {
  try {
    parse(text)
  } catch (thrown) {
    return (thrown as CinescopeError).message
  }
  return ''
}

describe('the query language', () => {
  it('says every query that the builder can make: parsed again, its text is the same query', () => {
    fc.assert(
      fc.property(query, (asked) => {
        expect(parse(formatQuery(asked))).toEqual(asked)
      }),
      { numRuns: 2000 },
    )
  })

  it('reads any text at once, or tells a column and what was expected there', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom(
        'kind:',
        'site:',
        '"',
        ' ',
        '==',
        '~',
        ',',
        'order by ',
        'text ~ ',
        'limit 3',
        'a.b',
        'since ',
        '10m',
        '"x" ',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('')
        try {
          parse(text)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(CinescopeError)
          const { code, cause, message } = thrown as CinescopeError
          const { column, expected } = cause as SyntaxProblem
          expect(code).toBe('CSC_ERR_QUERY')
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual(text.length + 1)
          expect(message).toContain(`column ${column}: expected ${expected}`)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('reads all of its clauses in any order, with or without `and`', () => {
    const expected: EventQuery = {
      where: {
        kinds: ['handler', 'query'],
        site: 'GET /orders*',
        error: true,
        minDurationMs: 100.000001,
        from: wallMs(NOW - 600_000),
        values: [{ path: 'body.user.plan', op: '==', value: 'pro' }],
        text: 'refund',
      },
      order: '-duration',
      limit: 20,
    }
    expect(
      parse(
        'kind:handler,query site:"GET /orders*" error duration > 100ms body.user.plan == "pro" text ~ "refund" since 10m order by -duration limit 20',
      ),
    ).toEqual(expected)
    expect(
      parse(
        'limit 20 and order by -duration and "refund" and body.user.plan=="pro" and since 10m and error and duration>100ms and site:"GET /orders*" and kind: handler , query',
      ),
    ).toEqual(expected)
  })

  it.each<[string, EventFilter]>([
    ['n == -1.5e3', { values: [{ path: 'n', op: '==', value: -1500 }] }],
    ['n != null', { values: [{ path: 'n', op: '!=', value: null }] }],
    ['a.b-c.0 exists', { values: [{ path: 'a.b-c.0', op: 'exists' }] }],
    ['"error" == true', { values: [{ path: 'error', op: '==', value: true }] }],
    ['error.code == "E"', { values: [{ path: 'error.code', op: '==', value: 'E' }] }],
    ['tags contains "x"', { values: [{ path: 'tags', op: 'contains', value: 'x' }] }],
    ['name matches "a*"', { values: [{ path: 'name', op: 'matches', value: 'a*' }] }],
    ['user.id = 42', { attributes: { 'user.id': 42 } }],
    ['site:load*', { site: 'load*' }],
    ['duration < 1s', { maxDurationMs: 999.999999 }],
    ['duration >= 40us', { minDurationMs: 0.04 }],
    ['since 2026-05-01T10:00Z', { from: wallMs(Date.UTC(2026, 4, 1, 10)) }],
    ['until 2026-05-01', { to: wallMs(Date.UTC(2026, 4, 1)) }],
    ['since 14:30', { from: wallMs(new Date(NOW).setHours(14, 30, 0, 0)) }],
    ['"refund"', { text: 'refund' }],
  ])('%s', (text, filter) => {
    expect(parse(text)).toEqual({ where: filter })
  })

  it.each<[string, number, string]>([
    ['kind:handlr', 6, 'a kind: '],
    ['kind handler', 6, "':'"],
    ['body.plan == pro', 14, 'a value: a text in double quotes'],
    ['body.plan', 10, 'a comparison: =='],
    ['body.plan: 3', 10, "a comparison after 'body.plan'"],
    ['a == "x', 8, 'a " that ends the text begun in column 6'],
    ['a == "\\x"', 6, 'a text as JSON writes it'],
    ['duration 100ms', 10, 'one of >, >=, <, <='],
    ['duration > soon', 12, 'a duration'],
    ['since yesterday', 7, 'an instant'],
    ['order by speed', 10, 'an order: time, -time, duration, -duration'],
    ['limit many', 7, 'a whole number'],
    ['film:3fa9', 6, 'an id of 16 hex digits'],
    ['error ok', 7, 'one ok only'],
    ['limit 3 limit 4', 9, 'one limit only'],
    ['(a == 1)', 1, 'a condition'],
    ['error and', 10, 'a condition'],
    ['a = null', 5, '== to compare with null'],
    ['a matches 3', 11, 'a text in double quotes'],
  ])('%s: column %i, %s', (text, column, expected) => {
    const [first, line, caret] = messageOf(text).split('\n')
    expect(first).toContain(`column ${column}: expected ${expected}`)
    expect(line).toBe(`  ${text}`)
    expect(caret).toBe(`${' '.repeat(column + 1)}^`)
  })

  it('takes 8,192 characters and no more, and points into the window of a long one', () => {
    expect(parse(`error${' '.repeat(8_187)}`)).toEqual({ where: { error: true } })
    expect(() => parse(`error${' '.repeat(8_188)}`)).toThrow('column 8193: expected a query of 8192 characters at most')
    const [, line, caret] = messageOf('error '.repeat(50)).split('\n')
    expect(line!.slice(caret!.indexOf('^'))).toMatch(/^error /)
  })
})

describe('a time of today', () => {
  const zone = process.env['TZ']
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })

  it('is what the clock shows, on the days too on which it is put forward or back', () => {
    process.env['TZ'] = 'Europe/Berlin'
    const days = ['2026-03-29T20:00Z', '2026-10-25T20:00Z', '2026-05-01T20:00Z'].map((now) => Date.parse(now))
    const instants = days.map((nowMs) => parseQuery('since 14:30:05.5', { nowMs }).where?.from ?? 0)
    expect(instants.map((ms) => new Date(ms).toISOString())).toEqual([
      '2026-03-29T12:30:05.500Z',
      '2026-10-25T13:30:05.500Z',
      '2026-05-01T12:30:05.500Z',
    ])
  })
})
