import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocateRows, CinescopeError, decodeRollup, encodeRollup, MAX_BIN, type Rollup } from '../src/index.ts'

const whole = fc.integer({ min: 0, max: 2 ** 31 })
const number = fc.oneof(
  whole,
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((each) => !Object.is(each, -0)),
)
const bins = fc.uniqueArray(fc.integer({ min: 1, max: MAX_BIN }), { maxLength: 5 })
const figures = fc.record({ measured: fc.integer({ min: 0, max: 3 }), sum: number, min: number, max: number, bins })
const cell = fc.record({
  word: fc.nat(63),
  site: whole,
  film: fc.nat(2),
  count: fc.integer({ min: 1, max: 9 }),
  first: whole,
  lasts: whole,
  duration: figures,
  number: figures,
})

type Cell = typeof cell extends fc.Arbitrary<infer T> ? T : never

function figuresOf(all: readonly Cell['duration'][]): Rollup['cells']['duration'] {
  // what was measured once or never has no sum and bounds of its own
  const bound = ({ measured, sum, ...each }: Cell['duration'], name: 'min' | 'max'): number =>
    measured === 0 ? 0 : measured === 1 ? sum : each[name]
  let end = 0
  return {
    measured: Float64Array.from(all, ({ measured }) => measured),
    sum: Float64Array.from(all, ({ measured, sum }) => (measured === 0 ? 0 : sum)),
    min: Float64Array.from(all, (each) => bound(each, 'min')),
    max: Float64Array.from(all, (each) => bound(each, 'max')),
    ends: Float64Array.from(all, (each) => (end += each.bins.length)),
    bins: Float64Array.from(all.flatMap((each) => each.bins.toSorted((a, b) => a - b))),
    counts: Float64Array.from(all.flatMap((each) => each.bins.map((bin) => 1 + (bin % 7)))),
  }
}

const rollups: fc.Arbitrary<Rollup> = fc
  .record({ list: fc.array(cell, { maxLength: 20 }), hasUnsettled: fc.boolean(), rows: fc.nat(5) })
  .map(({ list, hasUnsettled, rows }) => {
    const rest = allocateRows(rows)
    rest.length = rows
    for (let row = 0; row < rows; row++) {
      rest.seq[row] = row + 1
      rest.time[row] = row * 1000
      rest.duration[row] = -1
      rest.number[row] = row / 3
    }
    const column = (name: 'word' | 'site' | 'film' | 'count' | 'first'): Float64Array =>
      Float64Array.from(list, (each) => each[name])
    const first = column('first')
    return {
      timeLow: Math.min(...first),
      timeHigh: Math.max(...first),
      hasUnsettled,
      films: { site: Float64Array.of(0, 0, 17), status: Float64Array.of(0, 0, 404) },
      cells: {
        length: list.length,
        word: column('word'),
        site: column('site'),
        film: column('film'),
        count: column('count'),
        first,
        last: first.map((each, i) => each + list[i]!.lasts),
        duration: figuresOf(list.map(({ duration }) => duration)),
        number: figuresOf(list.map(({ number: numbers }) => numbers)),
      },
      rest,
    }
  })

describe('a roll-up', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(rollups, (rollup) => {
        expect(decodeRollup(encodeRollup(rollup, 3))).toEqual(rollup)
      }),
    )
  })

  it('that is damaged or cut is refused by code, or gives bins and films that there are', () => {
    fc.assert(
      fc.property(
        rollups,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.option(fc.nat(200), { nil: undefined }),
        (rollup, changes, cut) => {
          const bytes = encodeRollup(rollup, 3)
          for (const [at, value] of changes) bytes[at % bytes.length] = value
          try {
            const { cells, films } = decodeRollup(bytes.subarray(0, cut))
            for (const { bins: all, ends } of [cells.duration, cells.number]) {
              expect(ends.at(-1) ?? 0).toBe(all.length)
              expect(all.every((bin) => Number.isInteger(bin) && bin <= MAX_BIN)).toBe(true)
            }
            expect(cells.film.every((index) => films.site[index] !== undefined)).toBe(true)
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(CinescopeError)
            expect((thrown as CinescopeError).code).toMatch(/CSC_ERR_(CORRUPT|LIMIT)/)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
