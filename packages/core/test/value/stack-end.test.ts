import { expect, it } from 'vitest'
import { isStackEnd } from '../../src/value/stack-end.ts'

/** What V8 throws where so little room is left that `work` fails, whatever it is. */
function thrownAtTheEnd(work: (depth: number) => unknown): Set<unknown> {
  const thrown = new Set<unknown>()
  const deeper = (depth: number): void => {
    try {
      deeper(depth + 1)
    } catch {
      try {
        work(depth)
      } catch (error) {
        thrown.add(error)
      }
    }
  }
  deeper(0)
  return thrown
}

it('the end of the stack is known by whatever V8 says of it', () => {
  // each is compiled when it is first used
  const thrown = thrownAtTheEnd((depth) => new RegExp(`(a|b${depth % 1000}){2,3}[^c]+$`).test('abc'))
  expect(thrown.size).toBeGreaterThan(0)
  expect([...thrown].filter((each) => !isStackEnd(each))).toEqual([])
  expect(isStackEnd(new SyntaxError('Invalid regular expression: /a/: Stack overflow'))).toBe(true)
  expect(isStackEnd(new SyntaxError('Unexpected end of JSON input'))).toBe(false)
  expect(isStackEnd(new RangeError('Invalid array length'))).toBe(false)
})
