/** Makes a recording that of a process whose wall clock showed another time. */

import { DatabaseSync } from 'node:sqlite'
import { decodeSegmentMeta, encodeSegmentMeta, wallMs } from '@cinescope/protocol'

/** Changes a closed recording in its place. */
export function shiftClock(path: string, byMs: number): void {
  const database = new DatabaseSync(path)
  database.prepare('UPDATE process SET anchor_wall = anchor_wall + ?').run(byMs)
  const update = database.prepare('UPDATE segment SET meta = ? WHERE id = ?')
  for (const { id, meta } of database.prepare('SELECT id, meta FROM segment').all()) {
    const decoded = decodeSegmentMeta(meta as Uint8Array)
    const anchors = decoded.anchors.map((anchor) => ({ ...anchor, wallMs: wallMs(anchor.wallMs + byMs) }))
    update.run(encodeSegmentMeta({ ...decoded, anchors }), id as number)
  }
  database.close()
}
