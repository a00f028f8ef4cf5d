/** Arbitraries of the vocabulary: ids, rows, bytes that a hostile file may hold. */

import { allocateRows, type NodeId, nodeId, type Rows, seq, type Seq } from '@cinescope/protocol'
import fc from 'fast-check'

/** Any process. */
export function arbitraryNode(): fc.Arbitrary<NodeId> {
  return fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => nodeId(Buffer.from(bytes).toString('hex')))
}

/** Any seq below 2^48, bit patterns and borders of 32 bits more often than chance has them. */
export function arbitrarySeq(): fc.Arbitrary<Seq> {
  const bits = fc.tuple(fc.integer({ min: 0, max: 47 }), fc.integer({ min: -1, max: 1 }))
  return fc
    .oneof(
      fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      bits.map(([bit, by]) => Math.max(0, 2 ** bit + by)),
      fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 48 - 1, 0xaaaaaaaaaaaa, 0x555555555555),
    )
    .map(seq)
}

/** A number as a probe may give it: integers of all sizes, and everything else that is a number. */
export function arbitraryNumber(): fc.Arbitrary<number> {
  return fc.oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.constantFrom(0, -0, 0.5, -1, Number.NaN, Infinity, -Infinity, 2 ** 51, -(2 ** 51), 2 ** 53, -(2 ** 53), 5e-324),
  )
}

/** What a row may be, references as distances back. */
interface RowShape {
  readonly step: number
  readonly time: number
  readonly duration: number
  readonly word: number
  readonly site: number
  readonly back: readonly [number, number, number]
  readonly subject: number
  readonly number: number
  readonly values: readonly [number, number]
}

/** Rows as a correlator may hand them over: whole seqs below 2^48, references at or before their row, any numbers. */
export function arbitraryRows(options: { readonly maxRows?: number } = {}): fc.Arbitrary<Rows> {
  const u32 = fc.integer({ min: 0, max: 0xffffffff })
  const back = fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2 ** 31 }))
  const shape = fc.record<RowShape>({
    step: fc.integer({ min: -3, max: 1000 }),
    time: fc.integer({ min: 0, max: 2 ** 50 }),
    duration: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 2 ** 50 })),
    word: u32,
    site: fc.oneof(fc.constant(0), u32),
    back: fc.tuple(back, back, back),
    subject: fc.oneof(fc.constant(0), u32),
    number: arbitraryNumber(),
    values: fc.tuple(fc.oneof(fc.constant(0), u32), fc.oneof(fc.constant(0), u32)),
  })
  return fc
    .tuple(fc.integer({ min: 4, max: 2 ** 47 }), fc.array(shape, { maxLength: options.maxRows ?? 60 }))
    .map(([first, shapes]) => rowsOf(first, shapes))
}

function rowsOf(first: number, shapes: readonly RowShape[]): Rows {
  const rows = allocateRows(shapes.length)
  rows.length = shapes.length
  let at = first
  shapes.forEach((row, i) => {
    at = Math.max(1, at + row.step)
    const reference = (distance: number): number => (distance < 0 ? 0 : Math.max(0, at - distance))
    rows.seq[i] = at
    rows.time[i] = row.time
    rows.duration[i] = row.duration
    rows.word[i] = row.word
    rows.site[i] = row.site
    rows.parent[i] = reference(row.back[0])
    rows.root[i] = reference(row.back[1])
    rows.cause[i] = reference(row.back[2])
    rows.subject[i] = row.subject
    rows.number[i] = row.number
    rows.valueIn[i] = row.values[0]
    rows.valueOut[i] = row.values[1]
  })
  return rows
}

/** One change to stored bytes, as a bad disk or a bad person makes it. */
export type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'word'; readonly at: number; readonly word: number }

/** Damage to a block of any length; `at` is a fraction of it. */
export function arbitraryDamage(): fc.Arbitrary<Damage> {
  const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
  return fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at, bit: fc.integer({ min: 0, max: 7 }) }),
    fc.record({ kind: fc.constant('cut' as const), at }),
    fc.record({
      kind: fc.constant('word' as const),
      at,
      word: fc.constantFrom(0, 0x7fffffff, 0x80000000, 0xffffffff, 65_536, 65_537),
    }),
  )
}

/** A damaged copy of `bytes`. */
export function damaged(bytes: Uint8Array, damage: readonly Damage[]): Uint8Array {
  let copy = Uint8Array.from(bytes)
  for (const change of damage) {
    const at = Math.floor(change.at * copy.length)
    if (change.kind === 'cut') copy = copy.slice(0, at)
    else if (change.kind === 'flip') copy[at] = (copy[at] ?? 0) ^ (1 << change.bit)
    else if (at + 4 <= copy.length) new DataView(copy.buffer).setUint32(at, change.word, true)
  }
  return copy
}
