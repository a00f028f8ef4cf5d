/** Reads which films of a merged file belong together. */

import { CinescopeError } from '@cinescope/protocol'
import { openRecordingFile } from './open.ts'
import type { StoredLink } from './part-writer.ts'
import { integer, SqlReader, type SqlRow } from './sql-reader.ts'

/** Most links that a file holds: all are read, so what they take in memory is bounded. */
export const MAX_LINKS = 262_144

/** The links of a file; none where it has no table of them. @throws as `openRecordingFile`; CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
export function readLinks(path: string): readonly StoredLink[] {
  const database = openRecordingFile(path)
  try {
    const sql = new SqlReader(database)
    if (sql.get("SELECT 1 FROM sqlite_schema WHERE name = 'link'") === undefined) return []
    const rows = sql.all('SELECT * FROM link LIMIT ?', MAX_LINKS + 1)
    if (rows.length > MAX_LINKS) throw new CinescopeError('CSC_ERR_LIMIT', `more than ${MAX_LINKS} links`)
    return rows.map(linkOf)
  } finally {
    database.close()
  }
}

function linkOf(row: SqlRow): StoredLink {
  return {
    part: integer(row, 'part'),
    number: integer(row, 'number'),
    fromPart: integer(row, 'from_part'),
    fromNumber: integer(row, 'from_number'),
    filmPart: integer(row, 'film_part'),
    filmNumber: integer(row, 'film_number'),
    sent: instant(row, 'sent'),
    ended: row['ended'] === null ? undefined : instant(row, 'ended'),
    received: instant(row, 'received'),
  }
}

function instant(row: SqlRow, column: string): number {
  const value = row[column]
  if (typeof value !== 'number' || !(Math.abs(value) <= Number.MAX_SAFE_INTEGER))
    throw new CinescopeError('CSC_ERR_CORRUPT', `link.${column} holds no instant`)
  return value
}
