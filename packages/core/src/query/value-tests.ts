/** Tests of what a path leads to in a value: checked once, then run on each event that is left. */

import { CinescopeError, type Operand, Omitted, Special, type ValueOperator, type ValueTest } from '@cinescope/protocol'
import { valueAtPath } from './attributes.ts'
import { matcherOf } from './pattern.ts'

/** True if an event's values pass; `isBody` if its value is a body that was recorded for itself. */
export type ValuesTest = (value: unknown, result: unknown, isBody: boolean) => boolean

const MAX_TESTS = 100
const MAX_PATH = 1_000
const MAX_TEXT = 10_000
/** A larger number is compared with nothing: turning its digits into a number takes the square of their count. */
const MAX_DIGITS = 1_000
const BODY = 'body.'
const OPERATORS: Readonly<Record<ValueOperator, true>> = {
  '==': true,
  '!=': true,
  '<': true,
  '<=': true,
  '>': true,
  '>=': true,
  contains: true,
  matches: true,
  exists: true,
}

/** One test for all of them. @throws CSC_ERR_QUERY */
export function compileValueTests(tests: readonly ValueTest[]): ValuesTest {
  if (tests.length > MAX_TESTS) throw malformed(`${tests.length} tests of values; there may be ${MAX_TESTS}`)
  const compiled = tests.map(compileOne)
  return (value, result, isBody) => compiled.every((test) => test(value, result, isBody))
}

function compileOne(test: ValueTest): ValuesTest {
  checkTest(test)
  const { path } = test
  const inBody = path.startsWith(BODY) ? path.slice(BODY.length) : undefined
  const passes = test.op === 'exists' ? () => true : compare(test.op, test.value)
  const isNegative = test.op === '!='
  return (value, result, isBody) => {
    const found = [valueAtPath(value, path), valueAtPath(result, path)]
    if (isBody && inBody !== undefined) found.push(valueAtPath(value, inBody))
    const there = found.filter((each) => each !== undefined)
    return there.length > 0 && (isNegative ? there.every(passes) : there.some(passes))
  }
}

/** What comes from a caller in another thread or from text may be anything. */
function checkTest(test: ValueTest): void {
  const { path, op } = test
  if (typeof path !== 'string' || path === '' || path.length > MAX_PATH)
    throw malformed(`the path of a test must be a text of 1 to ${MAX_PATH} characters`)
  if (!Object.hasOwn(OPERATORS, op))
    throw malformed(`'${String(op).slice(0, 40)}' is no test; tests are ${Object.keys(OPERATORS).join(', ')}`)
  if (test.op === 'exists') return
  const { value } = test
  const isOperand =
    value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
  if (!isOperand) throw malformed(`${path} ${op} needs a text, a number, true, false or null to compare with`)
  if (typeof value === 'string' && value.length > MAX_TEXT)
    throw malformed(`a text to compare with has ${MAX_TEXT} characters at most`)
  if (op === 'matches' && typeof value !== 'string')
    throw malformed(`${path} matches needs a text, with * for any text`)
}

function compare(op: Exclude<ValueOperator, 'exists'>, wanted: Operand): (found: unknown) => boolean {
  switch (op) {
    case '==':
      return (found) => plainOf(found) === wanted
    case '!=':
      return (found) => plainOf(found) !== wanted
    case '<':
      return (found) => order(plainOf(found), wanted) < 0
    case '<=':
      return (found) => order(plainOf(found), wanted) <= 0
    case '>':
      return (found) => order(plainOf(found), wanted) > 0
    case '>=':
      return (found) => order(plainOf(found), wanted) >= 0
    case 'contains':
      return (found) => contains(found, wanted)
    case 'matches':
      return matching(matcherOf(String(wanted)))
  }
}

function matching(matches: (text: string) => boolean): (found: unknown) => boolean {
  return (found) => {
    const text = textOf(found)
    return text !== undefined && matches(text)
  }
}

function contains(found: unknown, wanted: Operand): boolean {
  const items = found instanceof Special ? found.members['items'] : found
  if (Array.isArray(items)) return items.some((item) => plainOf(item) === wanted)
  const text = textOf(found)
  return text !== undefined && typeof wanted === 'string' && text.includes(wanted)
}

/** NaN where two values have no order. */
function order(found: unknown, wanted: Operand): number {
  if (typeof found === 'number' && typeof wanted === 'number') return orderOf(found, wanted)
  if (typeof found === 'string' && typeof wanted === 'string') return orderOf(found, wanted)
  return Number.NaN
}

function orderOf<T extends number | string>(found: T, wanted: T): number {
  if (found < wanted) return -1
  if (found > wanted) return 1
  return found === wanted ? 0 : Number.NaN
}

/** Something to compare: dates and regular expressions as their text, whole numbers of any size as numbers. */
function plainOf(value: unknown): unknown {
  if (!(value instanceof Special)) return value
  const text = value.members['text']
  if (typeof text !== 'string' || value.type === 'cut' || text === 'Invalid Date') return value
  return value.type === 'bigint' && text.length <= MAX_DIGITS ? Number(text) : text
}

/** A string, or what is left of one. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (value instanceof Omitted || !(value instanceof Special)) return undefined
  const text = value.members['text']
  return typeof text === 'string' && text !== 'Invalid Date' ? text : undefined
}

function malformed(what: string): CinescopeError {
  return new CinescopeError('CSC_ERR_QUERY', what)
}
