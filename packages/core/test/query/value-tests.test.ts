import { Omitted, Special, type ValueTest } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { compileValueTests } from '../../src/query/value-tests.ts'

const cut = new Special('cut', { length: 2000, text: 'begins so' })

describe('a test of values', () => {
  it.each<[ValueTest, unknown, unknown, boolean]>([
    [{ path: 'n', op: '==', value: 1 }, { n: 2 }, { n: 1 }, true],
    [{ path: 'n', op: '!=', value: 1 }, { n: 2 }, { n: 1 }, false],
    [{ path: 'n', op: '!=', value: 1 }, { n: 2 }, { n: 3 }, true],
    [{ path: 'n', op: '!=', value: 1 }, { n: 2 }, undefined, true],
    [{ path: 'n', op: '!=', value: 1 }, {}, {}, false],
    [{ path: 'n', op: '==', value: '1' }, { n: 1 }, undefined, false],
    [{ path: 'n', op: '==', value: null }, { n: null }, undefined, true],
    [{ path: 'n', op: '>=', value: Infinity }, { n: Infinity }, undefined, true],
    [{ path: 'n', op: '<=', value: 5 }, { n: Number.NaN }, undefined, false],
    [{ path: 'n', op: '<', value: 'b' }, { n: 'a' }, undefined, true],
    [{ path: 'n', op: '<', value: 5 }, { n: '4' }, undefined, false],
    [{ path: 'n', op: '>', value: 5 }, { n: new Special('bigint', { text: '9007199254740993' }) }, undefined, true],
    [{ path: 'n', op: '>', value: 5 }, { n: new Special('bigint', { text: '9'.repeat(1001) }) }, undefined, false],
    [{ path: 'n', op: '==', value: 'begins so' }, { n: cut }, undefined, false],
    [{ path: 'n', op: 'contains', value: 'gin' }, { n: cut }, undefined, true],
    [{ path: 'n', op: 'matches', value: 'begins*' }, { n: cut }, undefined, true],
    [{ path: 'n', op: 'contains', value: 3 }, { n: new Special('Set', { items: [2, 3] }) }, undefined, true],
    [{ path: 'n', op: 'exists' }, { n: new Omitted('redacted', 0) }, undefined, true],
    [{ path: 'n', op: 'exists' }, { m: 1 }, undefined, false],
  ])('%j of %j and %j is %s', (test, value, result, passes) => {
    expect(compileValueTests([test])(value, result, false)).toBe(passes)
  })

  it('finds a body that is an event of its own with `body.` before the path, and without', () => {
    const plan = (path: string): boolean =>
      compileValueTests([{ path, op: '==', value: 'pro' }])({ user: { plan: 'pro' } }, undefined, true)
    expect([plan('user.plan'), plan('body.user.plan'), plan('body.plan')]).toEqual([true, true, false])
    const inside = compileValueTests([{ path: 'body.plan', op: '==', value: 'pro' }])
    expect(inside({ body: { plan: 'pro' } }, undefined, false)).toBe(true)
    expect(inside({ plan: 'pro' }, undefined, false)).toBe(false)
  })
})
