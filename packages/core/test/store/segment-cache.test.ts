import { join } from 'node:path'
import { allocateRows, bytesOfRows, type SegmentMeta, type Tile } from '@cinescope/protocol'
import { expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import type { SegmentEntry } from '../../src/store/event-store.ts'
import { Cost } from '../../src/store/read/cost.ts'
import { needleOf } from '../../src/store/read/needle.ts'
import { SegmentCache } from '../../src/store/read/segment-cache.ts'
import { SegmentReader } from '../../src/store/read/segment-reader.ts'
import { openSqliteSource } from '../../src/store/sqlite/sqlite-source.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { feed } from '../badluck/regression/feed.ts'
import { commitOf, PROCESS } from '../recording/recording-fixture.ts'
import { temporaryDirectory } from './directory.ts'

const NEEDLE = needleOf('not there')

it('a reader that stays open forgets segments that retention has removed, and tails that have been replaced', async () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'x.cine')
  const store = createSqliteStore(path, PROCESS)
  const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 1_000_000 })
  const records = feed(fold)
  const source = openSqliteSource(path)
  const cache = new SegmentCache()
  let segments: readonly SegmentEntry[] = []
  for (let i = 0; i < 120; i++) {
    for (const isSealed of [false, true]) {
      records.spans(10, 100)
      store.commit(commitOf(fold.cut(isSealed, 1), fold.taken))
      store.prune({ maxEvents: 400 })
      await source.read((view) => {
        const reader = new SegmentReader(view, cache, new Cost(() => view.rest()))
        segments = reader.segments()
        for (const entry of segments) {
          reader.pagesHolding(entry, [NEEDLE])
          reader.figures.rollup(entry)
          reader.figures.tile(entry, 60)
        }
      })
    }
  }
  source.close()
  store.close()
  const { metas, filters, rollups, tileBits } = cache
  expect(segments.length).toBeLessThan(25)
  for (const map of [metas, filters, rollups, tileBits]) {
    expect(map.size).toBeLessThan(100)
    expect(segments.filter(({ id }) => !map.has(id))).toEqual([])
  }
})

it('what is forgotten makes room: the segments that are there stay, however many were there before', () => {
  const cache = new SegmentCache()
  const meta = { pages: [], anchors: [], closes: [], open: [], kinds: [] } as unknown as SegmentMeta
  const tile = { slice: new Float64Array(0), ends: new Float64Array(0) } as unknown as Tile
  const rows = allocateRows(1)
  const missing = new Set<string>()
  for (let id = 0; id < 300_000; id++) {
    cache.keepMeta(id, meta)
    cache.rows.keep(id, rows)
    cache.keepFilters(id, [])
    cache.keepRollup(id, undefined)
    cache.keepTile(id, 3, tile)
    // few at a time, and more in the end than were ever kept of those before
    const length = id < 299_000 ? Math.min(id + 1, 4) : Math.min(id - 298_996, 100)
    const segments = Array.from({ length }, (_, i) => ({ id: id - i }) as SegmentEntry)
    cache.forgetGone(segments)
    for (const each of segments) {
      if (!cache.metas.has(each.id)) missing.add('meta')
      if (cache.rows.get(each.id) === undefined) missing.add('rows')
      if (!cache.filters.has(each.id)) missing.add('filters')
      if (!cache.rollups.has(each.id)) missing.add('roll-up')
      if (cache.tile(each.id, 3) === undefined) missing.add('tile')
    }
  }
  expect([...missing]).toEqual([])
})

it('rows of segments that are passed are few, those that are asked for again are kept up to a number of bytes', () => {
  const cache = new SegmentCache()
  const rows = allocateRows(8192)
  const mebibytes = (): number => (cache.rows.size * bytesOfRows(rows)) / (1024 * 1024)
  for (let id = 1; id <= 300; id++) {
    cache.rows.keep(id, rows)
    expect(cache.rows.get(id)).toBe(rows)
    expect(mebibytes()).toBeLessThanOrEqual(4)
  }
  for (let id = 1; id <= 290; id++) {
    cache.rows.keep(id, rows)
    expect(mebibytes()).toBeLessThanOrEqual(48)
  }
  expect(cache.rows.size).toBeGreaterThan(70)
  expect(cache.rows.get(1)).toBeUndefined()
  expect(cache.rows.get(289)).toBe(rows)
})

it('value pages that are passed are few, those that are asked for again are kept up to a number of bytes, each its own', () => {
  const cache = new SegmentCache()
  const keepAll = (): Uint8Array[] =>
    Array.from({ length: 400 }, (_, i) => {
      const page = new Uint8Array(65_536)
      cache.keepPage(i >> 1, i & 1, page)
      expect(cache.page(i >> 1, i & 1)).toBe(page)
      return page
    })
  const there = (pages: readonly Uint8Array[]): number =>
    pages.filter((page, i) => cache.page(i >> 1, i & 1) === page).length
  expect(there(keepAll())).toBeLessThanOrEqual(32)
  const again = there(keepAll())
  expect(again).toBeGreaterThan(200)
  expect(again).toBeLessThanOrEqual(256)
  cache.forgetGone([])
  for (let id = 0; id < 100; id++) cache.keepFilters(id, [])
  cache.forgetGone([])
  expect(cache.page(199, 1)).toBeUndefined()
})
