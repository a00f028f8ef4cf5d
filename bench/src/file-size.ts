/** Where the bytes of a finished recording are. */

import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** Bytes of a recording file by use. */
export interface FileSize {
  readonly fileBytes: number
  /** Stored (compressed) bytes of value pages. */
  readonly valueBytes: number
  /** The same before compression. */
  readonly rawValueBytes: number
  /** Bytes of SQLite pages by table or index; `(free)` are pages of nothing. */
  readonly byTable: Readonly<Record<string, number>>
}

/** Reads the sizes. The file must be closed by its writer. */
export function sizeOfRecording(path: string): FileSize {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const number = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? {})[0] ?? 0)
    const byTable: Record<string, number> = { '(free)': number('PRAGMA freelist_count') * number('PRAGMA page_size') }
    for (const row of database.prepare('SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name').iterate()) {
      byTable[String(row['name'])] = Number(row['bytes'])
    }
    return {
      fileBytes: statSync(path).size,
      valueBytes: number('SELECT sum(length(data)) FROM page'),
      rawValueBytes: number('SELECT sum(raw_length) FROM page'),
      byTable,
    }
  } finally {
    database.close()
  }
}
