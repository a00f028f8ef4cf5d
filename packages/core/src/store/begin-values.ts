/** Values of a segment's rows by going over them once, in order. */

import { type Rows, VALUE_ABSENT, valueBytes, type ValuePage } from '@cinescope/protocol'

/**
 * Gives the encoded value of a row's begin, undefined where there is none. Rows must be asked for in ascending order; a page is
 * asked for when its first row is.
 */
export function beginValues(
  rows: Rows,
  pages: readonly ValuePage[],
  pageOf: (index: number) => Uint8Array | undefined,
): (row: number) => Uint8Array | undefined {
  let index = -1
  let page: Uint8Array | undefined
  let next = 0
  let at = 0
  return (row) => {
    const length = rows.valueIn[row]!
    if (length === 0 || length >= VALUE_ABSENT) return undefined
    while (pages[index + 1] !== undefined && pages[index + 1]!.firstRow <= row) {
      index++
      next = pages[index]!.firstRow
      at = 0
      page = undefined
    }
    for (; next < row; next++) at += valueBytes(rows.valueIn[next]!) + valueBytes(rows.valueOut[next]!)
    page ??= pageOf(index)
    return page === undefined || at + length > page.length ? undefined : page.subarray(at, at + length)
  }
}
