/** Counts the events of a closed recording from the rows of its segments, past query surface and ledger. */

import { DatabaseSync } from 'node:sqlite'
import { zstdDecompressSync } from 'node:zlib'
import { decodeSegment, eventsOf } from '@cinescope/protocol'

/** Events stored, and films. */
export interface Stored {
  readonly events: number
  readonly films: number
}

/** Reads every row of every segment. */
export function countStored(path: string): Stored {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    let events = 0
    for (const { codec, columns } of database.prepare('SELECT codec, columns FROM segment').iterate()) {
      const bytes = columns as Uint8Array
      const { rows } = decodeSegment(codec === 1 ? zstdDecompressSync(bytes) : bytes)
      for (let row = 0; row < rows.length; row++) events += eventsOf(rows.word[row] ?? 0)
    }
    const films = Number(database.prepare('SELECT count(*) AS films FROM film').get()?.['films'])
    return { events, films }
  } finally {
    database.close()
  }
}
