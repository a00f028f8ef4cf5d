/** Counts a recording's events from the bytes of its segments, without any code that counts for the recorder. */

import { DatabaseSync } from 'node:sqlite'
import { zstdDecompressSync } from 'node:zlib'
import { decodeSegment, EXTENT, FLAG, phaseOf } from '@cinescope/protocol'

/** What was counted. */
export interface Recount {
  readonly integrity: string
  readonly state: string
  /** Offered events that the rows stand for. */
  readonly events: number
  /** Records told missing by gap rows. */
  readonly missing: number
  readonly segments: number
  readonly tails: number
}

/** Reads the file as SQLite alone sees it. */
export function recount(path: string): Recount {
  using database = new DatabaseSync(path, { readOnly: true })
  const counts = { events: 0, missing: 0, segments: 0, tails: 0 }
  for (const row of database.prepare('SELECT tail, codec, columns FROM segment').iterate()) {
    counts.segments++
    counts.tails += Number(row['tail'])
    const stored = row['columns'] as Uint8Array
    const { rows } = decodeSegment(row['codec'] === 1 ? zstdDecompressSync(stored) : stored)
    for (let i = 0; i < rows.length; i++) {
      const word = rows.word[i]!
      if ((word & FLAG.synthetic) !== 0) counts.missing += rows.number[i]!
      else counts.events += phaseOf(word) === EXTENT.whole && (word & FLAG.beginLost) === 0 ? 2 : 1
    }
  }
  const integrity = String(database.prepare('PRAGMA integrity_check').get()?.['integrity_check'])
  const state = String(database.prepare('SELECT state FROM process').get()?.['state'])
  return { ...counts, integrity, state }
}
