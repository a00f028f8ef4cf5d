/** Tails that a read has listed and still needs while it rests: the writer may put a segment in their place meanwhile. */

import { CinescopeError } from '@cinescope/protocol'
import type { StoredBlock } from '../compression.ts'
import type { SegmentEntry } from '../event-store.ts'
import { bounded } from './bounded.ts'
import { MAX_SEGMENT_PAGES } from './schema.ts'
import { integer, MOST_BYTES, type SqlReader, type SqlRow } from './sql-reader.ts'

/** All that is stored of a tail, as it is stored. */
export interface HeldTail {
  readonly meta: Uint8Array
  readonly columns: StoredBlock
  readonly pages: readonly StoredBlock[]
}

/** Tails of a writer hold no more than one segment, 2 MB of values, between them. */
const MAX_HELD_BYTES = 16_777_216

const TAILS = `SELECT id, codec, raw_length, ${bounded('columns', MOST_BYTES.columns)}, ${bounded('meta', MOST_BYTES.meta)}
  FROM segment WHERE id >= ? AND id <= ? AND tail = 1`
const PAGES = `SELECT number, codec, raw_length, ${bounded('data', MOST_BYTES.data)}
  FROM page WHERE number >= ? AND number < ?`

/** See above. There may be thousands, of a server that records little, so they are read a run of them at a time. */
export class HeldTails {
  readonly #sql: SqlReader
  readonly #tails = new Map<number, HeldTail & { readonly pages: StoredBlock[] }>()
  #entries: readonly SegmentEntry[] | undefined
  #bytes = 0

  constructor(sql: SqlReader) {
    this.#sql = sql
  }

  get(id: number): HeldTail | undefined {
    return this.#tails.get(id)
  }

  /** Takes the tails of a list into memory, once a list. One that is not what it should be is left to fail its checks when it is read. */
  hold(entries: readonly SegmentEntry[]): void {
    if (entries === this.#entries) return
    this.clear()
    this.#entries = entries
    for (const [first, last] of runsOfTails(entries)) {
      if (this.#bytes > MAX_HELD_BYTES) return
      this.#holdRun(first, last)
    }
  }

  clear(): void {
    this.#tails.clear()
    this.#entries = undefined
    this.#bytes = 0
  }

  #holdRun(first: number, last: number): void {
    const pages = [first * MAX_SEGMENT_PAGES, (last + 1) * MAX_SEGMENT_PAGES]
    try {
      this.#sql.each(TAILS, [first, last], (row) => this.#holdTail(row))
      this.#sql.each(PAGES, pages, (row) => this.#holdPage(row))
    } catch (thrown) {
      if (!(thrown instanceof CinescopeError)) throw thrown
      this.#dropFrom(first)
    }
  }

  #dropFrom(first: number): void {
    for (const id of this.#tails.keys()) if (id >= first) this.#tails.delete(id)
  }

  /** False when there is no more room. */
  #holdTail(row: SqlRow): boolean {
    const columns = blockOf(row, 'columns')
    const meta = row['meta']
    if (columns === undefined || !(meta instanceof Uint8Array)) return true
    this.#tails.set(integer(row, 'id'), { columns, meta, pages: [] })
    this.#bytes += columns.data.length + meta.length
    return this.#bytes <= MAX_HELD_BYTES
  }

  #holdPage(row: SqlRow): boolean {
    const number = integer(row, 'number')
    const id = Math.floor(number / MAX_SEGMENT_PAGES)
    const tail = this.#tails.get(id)
    if (tail === undefined) return true
    const block = blockOf(row, 'data')
    if (block !== undefined && tail.pages.length === number % MAX_SEGMENT_PAGES) tail.pages.push(block)
    else this.#tails.delete(id)
    this.#bytes += block?.data.length ?? 0
    if (this.#bytes <= MAX_HELD_BYTES) return true
    // it and those after it may have more pages
    this.#dropFrom(id)
    return false
  }
}

/** First and last ids of tails that stand beside each other. */
function runsOfTails(entries: readonly SegmentEntry[]): (readonly [number, number])[] {
  const runs: (readonly [number, number])[] = []
  let first: number | undefined
  entries.forEach(({ id, isTail }, i) => {
    if (!isTail) return
    first ??= id
    if (entries[i + 1]?.isTail === true) return
    runs.push([first, id])
    first = undefined
  })
  return runs
}

function blockOf(row: SqlRow, column: string): StoredBlock | undefined {
  const data = row[column]
  try {
    const block = { codec: integer(row, 'codec'), rawLength: integer(row, 'raw_length') }
    return data instanceof Uint8Array ? { ...block, data } : undefined
  } catch (thrown) {
    if (!(thrown instanceof CinescopeError)) throw thrown
    return undefined
  }
}
