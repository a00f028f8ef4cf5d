import { allocateRows, bytesOfRows } from '@cinescope/protocol'
import { expect, it } from 'vitest'
import { SegmentCache } from '../../src/store/read/segment-cache.ts'

it('rows of segments are kept up to a number of bytes, the newest ones always', () => {
  const cache = new SegmentCache()
  const kept = (): number => cache.rows.values().reduce((sum, rows) => sum + bytesOfRows(rows), 0)
  for (let id = 1; id <= 300; id++) {
    const rows = allocateRows(8192)
    cache.keepRows(id, rows)
    expect(cache.rows.get(id)).toBe(rows)
    expect(kept()).toBeLessThanOrEqual(48 * 1024 * 1024)
  }
  expect(cache.rows.size).toBeGreaterThan(70)
  expect(cache.rows.has(1)).toBe(false)
  expect(cache.rows.has(299)).toBe(true)
})
