import { applyPatch, changesOf, decodeDocument, ValueDiff } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fixture, plain } from './fixture.ts'

const HEAD = [0x31, 1]

/** The patch between two values as a whole document; undefined when nothing differs, null when it is not worth one. */
function patchOf(before: Uint8Array, after: Uint8Array, room = 100_000): Uint8Array | null | undefined {
  const into = new Uint8Array(room + 2)
  into.set(HEAD)
  const end = new ValueDiff().changes(
    { bytes: before, length: before.length },
    { bytes: after, length: after.length },
    into,
    2,
    room + 1,
  )
  if (end === 2) return undefined
  if (end < 0) return null
  into[end] = 0
  return into.slice(0, end + 1)
}

const leaf = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom('a', 'b', 'a longer text than the others', null, undefined, true, 0.5, new Date(0), /x/, 12n),
)
const key = fc.constantFrom('a', 'b', 'c', 'd', 'id12345', 'id67890', 'password')
class Cart {
  constructor(members: object) {
    Object.assign(this, members)
  }
}
const { value: state } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 7 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map((entries) => new Cart(Object.fromEntries(entries))),
    fc.array(fc.tuple(fc.oneof(key, leaf), tie('value')), { maxLength: 6 }).map((entries) => new Map(entries)),
    fc.array(leaf, { maxLength: 6 }).map((items) => new Set(items)),
    fc.constantFrom(new Error('one'), new TypeError('two'), Buffer.from('abc'), Buffer.from('abd')),
  ),
}))

/** A value and what became of it by small changes: most of it is as before. */
const change = fc.tuple(fc.nat(), fc.nat(), state)
const history = fc.tuple(
  fc.oneof(fc.dictionary(key, state, { minKeys: 3 }), fc.array(state, { minLength: 3, maxLength: 12 })),
  fc.array(change, { minLength: 1, maxLength: 6 }),
)

/** Changes one place inside, found by two numbers. */
function changed(value: unknown, [where, how, by]: readonly [number, number, unknown], depth = 0): unknown {
  if (Array.isArray(value) && (depth < 3 || value.length > 0)) {
    const at = value.length === 0 ? 0 : where % value.length
    if (how % 4 === 0) return value.toSpliced(at, how % 3, by)
    if (how % 4 === 1) return value.toSpliced(at, 1 + (how % 3))
    return value.map((item, i) => (i === at ? changed(item, [where >> 2, how >> 2, by], depth + 1) : (item as unknown)))
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value)
    const at = entries.length === 0 ? 0 : where % entries.length
    if (how % 5 === 0) return Object.fromEntries(entries.toSpliced(at, 1))
    if (how % 5 === 1) return { ...value, [`new${how % 7}`]: by }
    if (how % 5 === 2) return Object.fromEntries([[`first${how % 7}`, by], ...entries])
    return Object.fromEntries(
      entries.map(([name, item], i) => [
        name,
        i === at ? changed(item, [where >> 2, how >> 2, by], depth + 1) : (item as unknown),
      ]),
    )
  }
  return by
}

describe('a patch', () => {
  it('makes one encoded value exactly the next, whatever they are', () => {
    fc.assert(
      fc.property(state, state, (one, other) => {
        const fixture = new Fixture()
        const [before, after] = [fixture.encode(one), fixture.encode(other)]
        const patch = patchOf(before, after)
        if (patch === null) return
        expect(patch === undefined ? before : applyPatch(before, patch)).toEqual(after)
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    [65_536, 50],
    [150, 50],
    [65_536, 3],
  ])('follows small changes, also where values are cut (%i bytes, %i wide)', (maxBytes, maxWidth) => {
    fc.assert(
      fc.property(history, ([first, changes]) => {
        const fixture = new Fixture({ limits: { maxBytes, maxWidth } })
        let value: unknown = first
        let before = fixture.encode(value)
        for (const each of changes) {
          value = changed(value, each)
          const after = fixture.encode(value)
          const patch = patchOf(before, after)
          if (patch === undefined) expect(before).toEqual(after)
          if (patch !== undefined && patch !== null) {
            expect(applyPatch(before, patch)).toEqual(after)
            expect(() => decodeDocument(patch, () => 'k')).not.toThrow()
          }
          before = after
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('of one change among many is small, and tells its path', () => {
    const fixture = new Fixture()
    const one = { id: 7, name: 'x'.repeat(500), deep: { list: [1, 2, 3, { n: 1 }], set: new Set([1]) } }
    const other = { ...one, deep: { list: [1, 2, 3, { n: 2 }], set: new Set([1]) } }
    const patch = patchOf(fixture.encode(one), fixture.encode(other))
    expect(patch?.length).toBeLessThan(16)
    expect(plain(fixture.decode(patch!))).toEqual({
      $type: 'patch',
      changes: [{ path: ['deep', 'list', 3, 'n'], set: 2 }],
    })
  })

  it.each<[string, unknown, unknown, unknown]>([
    ['a member that goes', { a: 1, b: 2 }, { b: 2 }, { path: ['a'], delete: true }],
    ['a new member', { a: 1 }, { a: 1, b: [2] }, { path: ['b'], set: [2] }],
    ['an item that comes', [1, 2, 3], [1, 9, 2, 3], { path: [], at: 1, remove: 0, insert: [9] }],
    ['items that go', [1, 2, 3, 4], [1, 4], { path: [], at: 1, remove: 2, insert: [] }],
    ['an item pushed', { l: [1] }, { l: [1, 2] }, { path: ['l'], at: 1, remove: 0, insert: [2] }],
    ['the value of an entry', new Map([['k', 1]]), new Map([['k', 2]]), { path: [0], set: 2 }],
    [
      'an entry that comes',
      new Map([['k', 1]]),
      new Map([
        ['k', 1],
        ['l', 2],
      ]),
      { path: [], at: 1, remove: 0, insert: ['l', 2] },
    ],
    ['another kind of value', { a: { b: 1 } }, { a: 'gone' }, { path: ['a'], set: 'gone' }],
    [
      'members in another order',
      { x: 1, o: { a: 1, b: 2 } },
      { x: 1, o: { b: 2, a: 1 } },
      { path: ['o'], set: { b: 2, a: 1 } },
    ],
  ])('says %s', (_, one, other, expected) => {
    const fixture = new Fixture()
    const patch = patchOf(fixture.encode(one), fixture.encode(other))
    expect(plain(fixture.decode(patch!))).toEqual({ $type: 'patch', changes: [expected] })
  })

  it('is none where the whole value would have to be said', () => {
    const fixture = new Fixture()
    expect(patchOf(fixture.encode(1), fixture.encode(2))).toBeNull()
    expect(patchOf(fixture.encode({ a: 1 }), fixture.encode([1]))).toBeNull()
    expect(patchOf(fixture.encode({ a: 'x' }), fixture.encode({ a: 'y'.repeat(50) }), 40)).toBeNull()
  })

  it('of hostile bytes is refused with a code, and never runs on', () => {
    const fixture = new Fixture()
    const before = fixture.encode({ a: [1, 2, new Map([['k', { b: 1 }]])], c: 'text' })
    const after = fixture.encode({ a: [1, 3, 4, new Map([['k', { b: 2 }]])], d: 'text' })
    const patch = patchOf(before, after)!
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (flips, inPatch) => {
          const bent = (inPatch ? patch : before).slice()
          for (const [at, byte] of flips) bent[at % bent.length] = byte
          const run = (): unknown => (inPatch ? applyPatch(before, bent) : applyPatch(bent, patch))
          for (const read of [run, () => changesOf(bent), () => decodeDocument(bent, () => 'k')]) {
            try {
              read()
            } catch (thrown) {
              expect(thrown).toMatchObject({ code: 'CSC_ERR_CORRUPT' })
            }
          }
        },
      ),
      { numRuns: 3000 },
    )
  })
})
