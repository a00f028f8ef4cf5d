/** What an answer cost, in words. */

import type { Explain } from '@cinescope/protocol'
import { counted, count, duration } from './units.ts'

/** One line on the path, one on what was read. */
export function explainLines(explain: Explain): string[] {
  const skipped = Object.entries(explain.segmentsSkipped).map(([why, many]) => `${count(many)} by ${why}`)
  const left = skipped.length === 0 ? 'none skipped' : `skipped ${skipped.join(', ')}`
  const passed =
    explain.valuePagesSkipped === 0 ? '' : ` (${count(explain.valuePagesSkipped)} skipped by the text index)`
  const rolled =
    explain.segmentsRolledUp === 0 ? '' : `; ${count(explain.segmentsRolledUp)} answered by figures stored with them`
  const because = Object.entries(explain.readBecause).map(([why, many]) => `${count(many)} for ${why}`)
  const damaged = explain.corrupt === 0 ? '' : `; ${count(explain.corrupt)} damaged and left out`
  return [
    explain.plan,
    `read ${count(explain.segmentsRead)} of ${counted(explain.segments, 'segment')} (${left}${rolled}${because.length === 0 ? '' : `; read ${because.join(', ')}`}${damaged}), ` +
      `${counted(explain.rowsRead, 'row')}, ${counted(explain.valuePagesRead, 'page')} of values${passed}, in ${duration(explain.elapsedMs * 1e6)}`,
  ]
}
