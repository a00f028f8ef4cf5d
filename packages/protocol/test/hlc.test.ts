import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Hlc,
  HLC_EPOCH_MS,
  HLC_TICKS_PER_MS,
  hlcCompare,
  hlcOf,
  hlcReceive,
  hlcTick,
  hlcWallMs,
  wallMs,
} from '../src/index.ts'

const DRIFT_MS = 500
const wall = fc.integer({ min: HLC_EPOCH_MS, max: HLC_EPOCH_MS + 2 ** 40 }).map(wallMs)
const stamp = fc.integer({ min: 0, max: 2 ** 52 }) as fc.Arbitrary<Hlc>
const at = (ms: number): Hlc => hlcOf(wallMs(HLC_EPOCH_MS + ms))

describe('hybrid logical time', () => {
  it('never goes back nor stands still, whatever the wall clock and the stamps received do', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('tick' as const), wall }),
      fc.record({ kind: fc.constant('receive' as const), wall, remote: stamp }),
    )
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        let last = 0 as Hlc
        for (const next of steps) {
          const now =
            next.kind === 'tick' ? hlcTick(last, next.wall) : hlcReceive(last, next.remote, next.wall, DRIFT_MS).hlc
          expect(hlcCompare(now, last)).toBeGreaterThan(0)
          expect(Number.isSafeInteger(now)).toBe(true)
          last = now
        }
      }),
    )
  })

  it('of a receive is after the stamp it adopts, at or after the wall clock, and the least such stamp', () => {
    fc.assert(
      fc.property(stamp, stamp, wall, (last, remote, now) => {
        const { hlc, adopted } = hlcReceive(last, remote, now, DRIFT_MS)
        expect(adopted).toBe(remote <= hlcOf(now) + DRIFT_MS * HLC_TICKS_PER_MS)
        expect(hlc).toBe(Math.max(hlcOf(now), last + 1, adopted ? remote + 1 : 0))
      }),
    )
  })

  it('adopts a stamp ahead by just the allowed drift and refuses the next one', () => {
    const now = wallMs(HLC_EPOCH_MS + 1000)
    const furthest = at(1000 + DRIFT_MS)
    expect(hlcReceive(0 as Hlc, furthest, now, DRIFT_MS)).toEqual({ hlc: furthest + 1, adopted: true })
    expect(hlcReceive(0 as Hlc, (furthest + 1) as Hlc, now, DRIFT_MS)).toEqual({ hlc: at(1000), adopted: false })
  })

  it('heals: it follows the wall clock again once that has caught up with an adopted stamp', () => {
    const ahead = hlcReceive(0 as Hlc, at(1400), wallMs(HLC_EPOCH_MS + 1000), DRIFT_MS).hlc
    expect(ahead).toBe(at(1400) + 1)
    expect(hlcTick(ahead, wallMs(HLC_EPOCH_MS + 1200))).toBe(ahead + 1)
    expect(hlcTick(ahead, wallMs(HLC_EPOCH_MS + 1401))).toBe(at(1401))
  })

  it('orders a send before its receive on any two clocks within the drift', () => {
    const skew = fc.integer({ min: -DRIFT_MS, max: DRIFT_MS })
    fc.assert(
      fc.property(stamp, stamp, wall, skew, (sender, receiver, now, by) => {
        fc.pre(sender <= hlcOf(wallMs(now - DRIFT_MS)))
        const sent = hlcTick(sender, wallMs(Math.max(HLC_EPOCH_MS, now + by)))
        const { hlc } = hlcReceive(receiver, sent, now, DRIFT_MS + 1)
        expect(hlc).toBeGreaterThan(sent)
      }),
    )
  })

  it('reads back the wall time of its stamps to a quarter of a microsecond', () => {
    fc.assert(
      fc.property(fc.double({ min: HLC_EPOCH_MS, max: HLC_EPOCH_MS + 2 ** 40, noNaN: true }), (ms) => {
        expect(Math.abs(hlcWallMs(hlcOf(wallMs(ms))) - ms)).toBeLessThanOrEqual(1 / HLC_TICKS_PER_MS + 0.0005)
      }),
    )
  })

  it('is zero for instants before its epoch', () => {
    expect(hlcOf(wallMs(0))).toBe(0)
    expect(hlcOf(wallMs(HLC_EPOCH_MS))).toBe(0)
    expect(hlcOf(wallMs(HLC_EPOCH_MS + 1))).toBe(HLC_TICKS_PER_MS)
  })

  it('stays a safe integer until the year 2093', () => {
    expect(Number.isSafeInteger(hlcTick(0 as Hlc, wallMs(Date.UTC(2093, 0, 1))))).toBe(true)
  })
})
