/** What stands beside a segment: rows of tables that have one for each segment at most, and that go where it goes. */

import type { SealedSegment } from '../../base/sealed-segment.ts'
import { compressBlock } from '../compression.ts'
import { SCHEMA } from './schema.ts'
import { packTiles } from './tile-blob.ts'

/** Columns of a row in order. */
export type PlainRow = readonly (string | number | Uint8Array | null)[]

/** A row beside a segment. */
export interface Attached {
  readonly table: string
  /** Its columns in order, without the segment's id, which is the first. */
  readonly values: PlainRow
}

/** The tables, whose key is the segment's id. */
export const ATTACHED: readonly string[] = Object.entries(SCHEMA)
  .filter(([, sql]) => sql.includes('(segment INTEGER PRIMARY KEY'))
  .map(([table]) => table)

/** What was made of a segment when it was sealed. */
export function attachedOf({ grams, rollup, tiles }: SealedSegment): readonly Attached[] {
  const cells = rollup === undefined ? undefined : compressBlock(rollup)
  const levels = packTiles(tiles)
  return [
    ...(grams === undefined ? [] : [{ table: 'gram', values: [grams] }]),
    ...(cells === undefined ? [] : [{ table: 'rollup', values: [cells.codec, cells.rawLength, cells.data] }]),
    ...(levels === undefined ? [] : [{ table: 'tile', values: [levels] }]),
  ]
}

/** The bytes of a row. */
export function blobsOf({ values }: Attached): Uint8Array[] {
  return values.filter((value) => value instanceof Uint8Array)
}
