import { expect, test } from 'vitest'
import { compressBlock, expandBlock, plainBlock } from '../../src/store/compression.ts'

const text = new TextEncoder().encode('a block that repeats itself, '.repeat(40))

test.each([
  ['plain', plainBlock(text)],
  ['compressed', compressBlock(text)],
  ['too small to compress', compressBlock(text.subarray(0, 100))],
])('a %s block comes back whole, and with any byte changed is refused by code', (_name, block) => {
  expect(Array.from(expandBlock(block))).toEqual(Array.from(text.subarray(0, block.rawLength)))
  for (let at = 0; at < block.data.length; at++) {
    const data = block.data.slice()
    data[at] = data[at]! ^ 0x10
    expect(() => expandBlock({ ...block, data })).toThrow(expect.objectContaining({ code: 'CSC_ERR_CORRUPT' }))
  }
})

test('a block that claims more than the reader allows is refused before it is expanded', () => {
  expect(() => expandBlock({ ...compressBlock(text), rawLength: 17_000_000 })).toThrow(
    expect.objectContaining({ code: 'CSC_ERR_LIMIT' }),
  )
})
