import { F64, OMISSION, RECORD_BYTES, U32, VALUE_ABSENT } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Chain, CHUNK_BYTES, HeldRecords } from '../../src/keep/held-records.ts'
import type { RecordView } from '../../src/ring/consumer.ts'

const LOST = (VALUE_ABSENT | OMISSION.lost) >>> 0

/** A record whose numbers and value are made of `seq`; it stands somewhere in memory, as in a ring. */
function viewOf(seq: number, length: number): RecordView {
  const block = new ArrayBuffer(RECORD_BYTES * 3)
  const [f64, u32] = [new Float64Array(block), new Uint32Array(block)]
  const [f64Base, u32Base] = [8, 16]
  for (let i = 0; i < 16; i++) u32[u32Base + i] = (seq * 31 + i) >>> 0
  for (const field of Object.values(F64)) f64[f64Base + field] = seq / 3 + field
  u32[u32Base + U32.seq] = seq
  const bytes = Uint8Array.from({ length: length + 5 }, (_, i) => seq + i)
  const valueLength = length < 0 ? LOST : length
  return { seq, f64, u32, f64Base, u32Base, bytes: length < 0 ? bytes.subarray(0, 0) : bytes, valueAt: 3, valueLength }
}

/** All that a sink can see of a record but for where its value was in the arena. */
function seenOf({ seq, f64, u32, f64Base, u32Base, bytes, valueAt, valueLength }: RecordView): unknown {
  const words = Array.from(u32.subarray(u32Base + 6, u32Base + 14))
  const value = valueLength >= VALUE_ABSENT ? [] : Array.from(bytes.subarray(valueAt, valueAt + valueLength))
  return { seq, words, numbers: Array.from(f64.subarray(f64Base, f64Base + 3)), valueLength, value }
}

const lengths = fc.oneof(
  fc.constantFrom(-1, 0, 1, 7, 8, 63, 64, CHUNK_BYTES - 64, CHUNK_BYTES - 63, CHUNK_BYTES),
  fc.nat({ max: 300 }),
  fc.nat({ max: 5 * CHUNK_BYTES }),
)
const steps = fc.array(
  fc.record({ chain: fc.nat({ max: 3 }), length: lengths, frees: fc.nat({ max: 9 }).map((n) => n === 0) }),
  { maxLength: 60 },
)

describe('records that are held', () => {
  it('come back as they were, whatever else is held, let go of and held again beside them', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(1, 2 ** 32 - 20), fc.integer({ min: 1, max: 40 }), (plan, from, chunks) => {
        const held = new HeldRecords(chunks * CHUNK_BYTES)
        const chains = Array.from({ length: 4 }, () => ({ chain: new Chain(), before: 0, expected: [] as unknown[] }))
        let used = 0
        plan.forEach(({ chain: which, length, frees }, index) => {
          const each = chains[which]!
          const view = viewOf(from + index, length)
          if (each.chain.records === 0) each.before = from + index
          const chunksBefore = held.chunks
          if (held.append(each.chain, view)) each.expected.push(seenOf(view))
          else {
            expect(held.chunks).toBe(chunksBefore)
            expect(RECORD_BYTES + length).toBeGreaterThan((held.capacity - held.chunks) * CHUNK_BYTES)
          }
          expect(held.chunks).toBeLessThanOrEqual(chunks)
          if (frees) {
            held.free(each.chain)
            each.expected = []
          }
        })
        for (const { chain, before, expected } of chains) {
          const seen: unknown[] = []
          held.replay(chain, before, { record: (view) => seen.push(seenOf(view)) })
          expect(seen).toEqual(expected)
          const counts = new Float64Array(64)
          held.count(chain, counts)
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(expected.length)
          used += expected.length
          held.free(chain)
        }
        expect(held.chunks).toBe(0)
        return used >= 0
      }),
      { numRuns: 500 },
    )
  })

  it('fill the memory they are given and no more', () => {
    const held = new HeldRecords(3 * CHUNK_BYTES)
    const chain = new Chain()
    const most = (3 * CHUNK_BYTES) / RECORD_BYTES
    for (let i = 1; i <= most; i++) expect(held.append(chain, viewOf(i, 0))).toBe(true)
    expect(held.append(chain, viewOf(most + 1, 0))).toBe(false)
    held.free(chain)
    expect(held.append(chain, viewOf(1, 3 * CHUNK_BYTES - RECORD_BYTES))).toBe(true)
    held.free(chain)
    expect(held.append(chain, viewOf(1, 3 * CHUNK_BYTES - RECORD_BYTES + 1))).toBe(false)
  })
})
