/** Filters as the builder can make them. */

import fc from 'fast-check'
import {
  type EventFilter,
  type FilmId,
  type Kind,
  KINDS,
  type Operand,
  type SpanId,
  type ValueTest,
  wallMs,
} from '../../src/index.ts'

/** Any text, also what means something elsewhere in the language. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('body.user.plan', 'error', 'and', 'a b', '"', '\\', '\u2028', '\ud800', 'kind', 'text', '-x', '1.5'),
)
const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const operand: fc.Arbitrary<Operand> = fc.oneof(anyText, number, fc.integer(), fc.boolean(), fc.constant(null))
const test: fc.Arbitrary<ValueTest> = fc.oneof(
  anyText.map((path) => ({ path, op: 'exists' as const })),
  fc.record({ path: anyText, op: fc.constantFrom('==', '!=', '<', '<=', '>', '>=', 'contains'), value: operand }),
  fc.record({ path: anyText, op: fc.constant('matches' as const), value: anyText }),
)
const id = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: 16, maxLength: 16 })
const duration = fc.double({ noNaN: true, min: 0, max: 1e15 }).filter((ms) => !Object.is(ms, -0))
const instant = fc
  .oneof(fc.integer({ min: 0, max: 4e12 }), fc.double({ noNaN: true, min: -1e15, max: 1e15 }))
  .map(wallMs)
/** Any filter. */
export const where: fc.Arbitrary<EventFilter> = fc.record(
  {
    from: instant,
    to: instant,
    kinds: fc.subarray(Object.keys(KINDS) as Kind[], { minLength: 1 }),
    site: anyText,
    film: id.map((each) => each as FilmId),
    parent: id.map((each) => each as SpanId),
    error: fc.boolean(),
    minDurationMs: duration,
    maxDurationMs: duration,
    attributes: fc.dictionary(anyText, fc.oneof(anyText, number, fc.boolean()), { minKeys: 1, noNullPrototype: true }),
    values: fc.array(test, { minLength: 1, maxLength: 5 }),
    text: anyText,
  },
  { requiredKeys: [], noNullPrototype: true },
)
