import { KINDS } from '@cinescope/protocol'
import { describe, expect, test } from 'vitest'
import { RecorderRig } from './recorder-rig.ts'

const US = 1e-3

describe('the cost of records', () => {
  test.each([2, 4, 8, 256])('is shared out rightly among the sites of a program of period %i', (period) => {
    const rig = new RecorderRig()
    const records = 1 << 20
    // the same half of each period is dear
    for (let i = 0; i < records; i++) {
      if (i % period < period / 2) rig.point(1, 1 * US)
      else rig.point(2, 3 * US)
    }
    const sites = rig.recorder.cost.takeSites()
    const ms = Object.fromEntries(sites.map((site) => [site.site, site.ms]))
    expect(near(ms[1]!, (records / 2) * US)).toBeLessThan(0.06)
    expect(near(ms[2]!, (records / 2) * 3 * US)).toBeLessThan(0.06)
    expect(near(rig.recorder.probeCpuMs, records * 2 * US)).toBeLessThan(0.03)
  })

  test('is known for the one dear record of eight', () => {
    const rig = new RecorderRig()
    const requests = 1 << 17
    for (let i = 0; i < requests; i++) {
      for (let site = 1; site < 8; site++) rig.point(site, 1 * US)
      rig.point(8, 20 * US)
    }
    const dear = rig.recorder.cost.takeSites().find(({ site }) => site === 8)!
    expect(near(dear.ms, requests * 20 * US)).toBeLessThan(0.1)
    expect(near(dear.samples, (requests * 8) / 256 / 8)).toBeLessThan(0.1)
  })

  test('of values is what they cost beyond a record without one', () => {
    const rig = new RecorderRig()
    const requests = 1 << 18
    for (let i = 0; i < requests; i++) {
      rig.point(1, 1 * US)
      rig.point(2, 1 * US)
      rig.point(2, 5 * US, 'a value')
      rig.point(3, 9 * US, 'a value')
    }
    const [spans, both, values] = rig.recorder.cost.takeSites().toSorted((a, b) => a.site - b.site)
    expect(spans!.valuesMs).toBe(0)
    expect(near(both!.ms, requests * 6 * US)).toBeLessThan(0.06)
    expect(near(both!.valuesMs, requests * 4 * US)).toBeLessThan(0.06)
    expect(near(values!.valuesMs, requests * 8 * US)).toBeLessThan(0.06)
  })

  test('of values is known although the thread was paused in records without one', () => {
    const rig = new RecorderRig()
    const requests = 1 << 18
    for (let i = 0; i < requests; i++) {
      rig.point(1, i % 64 === 0 ? 10 : 1 * US)
      rig.point(2, 9 * US, 'a value')
    }
    const values = rig.recorder.cost.takeSites().find(({ site }) => site === 2)!
    expect(near(values.valuesMs, requests * 8 * US)).toBeLessThan(0.06)
  })

  test('of values that no budget leaves out is not told apart', () => {
    const rig = new RecorderRig()
    for (let i = 0; i < 50_000; i++) rig.point(1, 9 * US, 'a line', KINDS.log)
    const [lines] = rig.recorder.cost.takeSites()
    expect(lines!.valuesMs).toBe(0)
    expect(lines!.ms).toBeCloseTo(450)
  })

  test('of a site is told once: next time it is what came since', () => {
    const rig = new RecorderRig()
    for (let i = 0; i < 50_000; i++) rig.point(1, 1 * US)
    expect(rig.recorder.cost.takeSites()).toHaveLength(1)
    expect(rig.recorder.cost.takeSites()).toEqual([])
    for (let i = 0; i < 20_000; i++) rig.point(2, 1 * US)
    const [later, ...others] = rig.recorder.cost.takeSites()
    expect([later!.site, others]).toEqual([2, []])
    expect(later!.ms).toBeCloseTo(20)
  })
})

describe('the cost of sections', () => {
  test.each([2, 4, 8, 256])('is near the truth where every piece of %i is dear', (period) => {
    const rig = new RecorderRig()
    const { sections } = rig.recorder.cost
    const pieces = 1 << 17
    for (let i = 0; i < pieces; i++) {
      const section = sections.begin()
      rig.work(i % period === 0 ? period * US : 1 * US)
      sections.end(section)
    }
    const trueMs = (pieces / period) * (period - 1 + period) * US
    expect(near(rig.recorder.probeCpuMs, trueMs)).toBeLessThan(0.15)
  })

  test('is exact where all pieces are alike, and is told with each sample', () => {
    const rig = new RecorderRig()
    const { sections } = rig.recorder.cost
    for (let i = 0; i < 10_000; i++) {
      const section = sections.begin()
      rig.work(2 * US)
      sections.end(section)
    }
    expect(rig.recorder.probeCpuMs).toBeCloseTo(20)
    expect(rig.toldMs).toBeGreaterThan(19.8)
    expect(rig.toldMs).toBeLessThanOrEqual(20.001)
  })

  test('takes no reading of the clock for a piece that is not sampled', () => {
    const rig = new RecorderRig()
    const { sections } = rig.recorder.cost
    let sampled = 0
    for (let i = 0; i < 32_000; i++) {
      const section = sections.begin()
      if (section !== 0) sampled++
      sections.end(section)
    }
    expect(near(sampled, 1000)).toBeLessThan(0.1)
  })

  test('does not count a piece twice that lies in another', () => {
    const rig = new RecorderRig()
    const { sections } = rig.recorder.cost
    const requests = 1 << 16
    for (let i = 0; i < requests; i++) {
      const outer = sections.begin()
      rig.work(2 * US)
      const inner = sections.begin()
      rig.work(3 * US)
      const innermost = sections.begin()
      rig.work(1 * US)
      sections.end(innermost)
      rig.work(1 * US)
      sections.end(inner)
      rig.work(2 * US)
      const second = sections.begin()
      rig.work(1 * US)
      sections.end(second)
      sections.end(outer)
    }
    expect(near(rig.recorder.probeCpuMs, requests * 10 * US)).toBeLessThan(0.05)
  })

  test('goes on after pieces that were thrown through, and does not count what came after the throw', () => {
    const rig = new RecorderRig()
    const { sections } = rig.recorder.cost
    const costOf = (pieceMs: number): number => {
      const before = rig.recorder.probeCpuMs
      for (let i = 0; i < 100_000; i++) {
        const section = sections.begin()
        rig.work(pieceMs)
        // every tenth has no end, and what follows it is the host's
        if (i % 10 === 0) rig.work(50 * US)
        else sections.end(section)
      }
      return rig.recorder.probeCpuMs - before
    }
    expect(near(costOf(1 * US), 100)).toBeLessThan(0.05)
    expect(near(costOf(3 * US), 300)).toBeLessThan(0.1)
  })

  test('has the records in them, which are not counted once more', () => {
    const rig = new RecorderRig()
    const { sections } = rig.recorder.cost
    const requests = 1 << 16
    for (let i = 0; i < requests; i++) {
      const section = sections.begin()
      rig.work(3 * US)
      rig.point(1, 1 * US)
      rig.point(2, 1 * US)
      sections.end(section)
      rig.point(3, 1 * US)
    }
    // three and two in the section, one beside it
    expect(near(rig.recorder.probeCpuMs, requests * 6 * US)).toBeLessThan(0.03)
  })

  test('of pieces that never end is nothing, and the records in them count by themselves', () => {
    const rig = new RecorderRig()
    for (let i = 0; i < 5000; i++) {
      rig.recorder.cost.sections.begin()
      rig.point(1, 1 * US)
    }
    expect(rig.recorder.probeCpuMs).toBeCloseTo(5)
  })
})

/** How far off an estimate is, as a part of the truth. */
function near(estimate: number, truth: number): number {
  return Math.abs(estimate - truth) / truth
}
