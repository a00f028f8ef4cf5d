/** A row of the table of hooks. */

import { CinescopeError, type Hook, HOOK_STATES } from '@cinescope/protocol'
import { type SqlRow, string } from './sql-reader.ts'

/** The hook of a row. @throws CSC_ERR_CORRUPT */
export function hookOf(row: SqlRow): Hook {
  const text = string(row, 'state')
  const state = HOOK_STATES.find((known) => known === text)
  if (state === undefined) throw new CinescopeError('CSC_ERR_CORRUPT', `unknown state of a hook '${text.slice(0, 40)}'`)
  return {
    name: string(row, 'name'),
    state,
    ...(row['version'] === null ? {} : { version: string(row, 'version') }),
    ...(row['reason'] === null ? {} : { reason: string(row, 'reason') }),
    ...(row['remedy'] === null ? {} : { remedy: string(row, 'remedy') }),
  }
}
