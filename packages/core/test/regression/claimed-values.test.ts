import { allocateRows, decodeSegment, KINDS, OMISSION, VALUE_ABSENT } from '@cinescope/protocol'
import { expect, it } from 'vitest'
import { createResealer, type KeptRows } from '../../src/recording/copy/reseal.ts'

it('a row that claims a value which its page does not hold costs no room in an extract, and its value is lost', () => {
  const rows = allocateRows(1)
  rows.length = 1
  rows.seq[0] = 1
  rows.word[0] = KINDS.log
  rows.valueIn[0] = 100_000_000
  // what is read of a segment without pages; no more of it is looked at
  const segment = {
    entry: { summary: { thread: 0 } },
    rows,
    decoded: { pages: [], anchors: [], closes: [], open: [] },
    pages: [],
  } as unknown as KeptRows['segment']
  const sealed = createResealer()([{ segment, rows: [0] }])
  expect(sealed.pages.reduce((bytes, page) => bytes + page.length, 0)).toBe(0)
  expect(decodeSegment(sealed.columns).rows.valueIn[0]).toBe((VALUE_ABSENT | OMISSION.lost) >>> 0)
})
