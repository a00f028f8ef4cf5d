import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CinescopeError,
  formatSequence,
  parseSequence,
  type SequenceQuery,
  type SyntaxProblem,
} from '../../src/index.ts'
import { anyText, where } from './arbitraries.ts'

const NOW = Date.UTC(2026, 4, 1, 12, 0, 0)
const parse = (text: string): SequenceQuery => parseSequence(text, { nowMs: NOW })

const query: fc.Arbitrary<SequenceQuery> = fc.record(
  {
    steps: fc.array(where, { minLength: 2, maxLength: 8 }),
    withinMs: fc.double({ noNaN: true, min: 0, max: 1e12 }).filter((ms) => !Object.is(ms, -0)),
    without: where,
    absent: fc.constant(true),
    by: fc.constantFrom('film', 'entity', 'any'),
    limit: fc.nat({ max: 999_999_999 }),
    cursor: anyText,
  },
  { requiredKeys: ['steps'], noNullPrototype: true },
)

describe('the language of sequences', () => {
  it('says every query that the builder can make: parsed again, its text is the same query', () => {
    fc.assert(
      fc.property(query, (asked) => {
        expect(parse(formatSequence(asked))).toEqual(asked)
      }),
      { numRuns: 1000 },
    )
  })

  it('reads any text at once, or tells a column and what was expected there', () => {
    const piece = fc.constantFrom(
      'kind:log',
      ' -> ',
      '->',
      'not ',
      ' within ',
      '5s',
      ' without ',
      ' by ',
      'film',
      '*',
      '"x"',
      ' limit 3',
      'site:',
      'order by ',
      'a == ',
      ' ',
      '\u0000',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('')
        try {
          parse(text)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(CinescopeError)
          const { column, expected } = (thrown as CinescopeError).cause as SyntaxProblem
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual(text.length + 1)
          expect((thrown as CinescopeError).message).toContain(`column ${column}: expected ${expected}`)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it.each<[string, SequenceQuery]>([
    [
      'kind:request -> kind:error within 5s without kind:log by film',
      {
        steps: [{ kinds: ['request'] }, { kinds: ['error'] }],
        withinMs: 5000,
        without: { kinds: ['log'] },
        by: 'film',
      },
    ],
    [
      'kind:request site:by -> not kind:send "refund" within 40us limit 3',
      {
        steps: [
          { kinds: ['request'], site: 'by' },
          { kinds: ['send'], text: 'refund' },
        ],
        absent: true,
        withinMs: 0.04,
        limit: 3,
      },
    ],
    ['* -> error -> "by" == 3', { steps: [{}, { error: true }, { values: [{ path: 'by', op: '==', value: 3 }] }] }],
    ['a-b > 5 -> * cursor "x"', { steps: [{ values: [{ path: 'a-b', op: '>', value: 5 }] }, {}], cursor: 'x' }],
  ])('%s', (text, expected) => {
    expect(parse(text)).toEqual(expected)
  })

  it.each<[string, number, string]>([
    ['kind:log', 9, "'->' and what follows"],
    ['-> kind:log', 1, 'a condition, or * for every event'],
    ['kind:log -> within 5s', 13, 'a condition, or * for every event'],
    ['error -> not ok -> error', 17, 'within, without, by, limit or cursor'],
    ['error -> ok by route', 16, 'one of film, entity, any'],
    ['error -> ok within soon', 20, 'a duration'],
    ['error -> ok by film by film', 21, 'one by only'],
    ['error order by time -> ok', 7, "conditions, '->' or one of within"],
    ['error with values -> ok', 7, "conditions, '->' or one of within"],
    ['error -> ok without', 20, 'a condition, or * for every event'],
    ['error -> kind:handlr', 15, 'a kind: '],
    ['error -> ok limit many', 19, 'a whole number'],
    ['error -> a matches by film', 20, 'a text in double quotes'],
  ])('%s: column %i, %s', (text, column, expected) => {
    let message = ''
    try {
      parse(text)
    } catch (thrown) {
      ;({ message } = thrown as CinescopeError)
    }
    expect(message.split('\n')[0]).toContain(`column ${column}: expected ${expected}`)
  })
})
