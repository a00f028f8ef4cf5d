import { Omitted, Special } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributesMatch } from '../../src/query/attributes.ts'
import { matcherOf } from '../../src/query/pattern.ts'

describe('a dotted path', () => {
  it.each([
    ['a', { a: 1 }, 1],
    ['a.b', { a: { b: 2 } }, 2],
    ['a.b', { 'a.b': 3 }, 3],
    ['a.b', { 'a.b': 3, a: { b: 2 } }, 3],
    ['a.b.c', { 'a.b': { c: 4 } }, 4],
    ['a.b.c', { a: { 'b.c': 5 } }, 5],
    ['a.b.c', { 'a.b': { x: 1 }, a: { b: { c: 6 } } }, 6],
    ['list.1', { list: [7, 8] }, 8],
    ['a.b', { a: new Special('Map', { b: 9 }) }, 9],
    ['a.b', { a: 'text' }, undefined],
    ['a', new Omitted('depth', 0), undefined],
    ['constructor', {}, undefined],
    ['length', 'text', undefined],
    ['', { '': 1 }, undefined],
  ])('%s of %j is %j', (path, value, found) => {
    expect(attributesMatch([[path, String(found)]], value, undefined)).toBe(found !== undefined)
    expect(attributesMatch([[path, 'another']], value, undefined)).toBe(false)
  })

  it('matches by text, in the begin or the end value', () => {
    expect(attributesMatch([['n', '200']], { n: 200 }, undefined)).toBe(true)
    expect(attributesMatch([['n', '200']], undefined, { n: '200' })).toBe(true)
    expect(
      attributesMatch(
        [
          ['n', 'true'],
          ['m', '1'],
        ],
        { n: true },
        { m: 1 },
      ),
    ).toBe(true)
    expect(
      attributesMatch(
        [
          ['n', '200'],
          ['m', '1'],
        ],
        { n: 200 },
        undefined,
      ),
    ).toBe(false)
    expect(attributesMatch([['n', '[object Object]']], { n: {} }, undefined)).toBe(false)
    expect(attributesMatch([['n', '5']], { n: new Special('bigint', { text: '5' }) }, undefined)).toBe(true)
  })
})

describe('a name with wildcards', () => {
  it('matches what the same regular expression matches', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 12 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '*'), maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (wanted, name) => {
        const source = wanted
          .split('*')
          .map((part) => part.replaceAll('.', '\\.'))
          .join('.*')
        expect(matcherOf(wanted)(name)).toBe(new RegExp(`^${source}$`).test(name))
      }),
      { numRuns: 2000 },
    )
  })

  it('takes no time to speak of for a pattern made to be slow', () => {
    const started = performance.now()
    expect(matcherOf(`${'a*'.repeat(500)}b`)('a'.repeat(50_000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
