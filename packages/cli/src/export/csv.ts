/** CSV (RFC 4180): a row an event, a header, CRLF. */

import type { CinescopeEvent, RecordingStatus } from '@cinescope/core'
import { toJson } from '../format/json.ts'
import { visible } from '../format/visible.ts'
import type { ExportPart } from './format.ts'

type Cell = string | number | boolean | undefined

const COLUMNS: readonly (readonly [title: string, cell: (event: CinescopeEvent, status: RecordingStatus) => Cell])[] = [
  ['service', (_event, { process }) => process.service],
  ['process', (_event, { process }) => process.node],
  ['id', ({ id }) => id],
  ['kind', ({ kind }) => kind],
  ['name', ({ name }) => name],
  ['at', ({ at }) => isoOf(at)],
  ['at_ns', ({ atNs }) => atNs],
  ['duration_ns', ({ durationNs }) => durationNs],
  ['open', ({ open }) => open],
  ['error', ({ error }) => error],
  ['aborted', ({ aborted }) => aborted],
  ['synthetic', ({ synthetic }) => synthetic],
  ['film', ({ film }) => film],
  ['parent', ({ parent }) => parent],
  ['parent_certainty', ({ parentCertainty }) => parentCertainty],
  ['cause', ({ cause }) => cause],
  ['thread', ({ thread }) => thread],
  ['seq', ({ seq }) => seq],
  ['number', ({ number }) => number],
  ['framework', ({ site }) => site?.framework],
  ['file', ({ site }) => site?.file],
  ['line', ({ site }) => site?.line],
  ['column', ({ site }) => site?.column],
  ['subject_kind', ({ subject }) => subject?.kind],
  ['subject_scope', ({ subject }) => subject?.scope],
  ['subject_id', ({ subject }) => subject?.id],
  ['value', ({ value }) => jsonCell(value)],
  ['result', ({ result }) => jsonCell(result)],
]

/** See the file's first line. A gap is a row of kind `gap`, whose `number` tells how many events were lost. */
export async function* csv(parts: AsyncIterable<ExportPart>): AsyncGenerator<string> {
  yield row(COLUMNS.map(([title]) => title))
  for await (const part of parts)
    for await (const page of part.pages())
      for (const event of page) yield row(COLUMNS.map(([, cell]) => cell(event, part.status)))
}

function row(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`
}

/** What a spreadsheet would take for a formula begins with an apostrophe; numbers are ours and stay numbers. */
function cellText(cell: Cell): string {
  if (typeof cell !== 'string') return cell === undefined ? '' : String(cell)
  const text = visible(cell)
  const guarded = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

function jsonCell(value: unknown): string | undefined {
  return value === undefined ? undefined : toJson(value, 0)
}

/** To the µs; a recording may claim an instant that no date can be. */
function isoOf(atMs: number): string {
  const date = new Date(atMs)
  if (Number.isNaN(date.getTime())) return ''
  const micros = Math.floor((atMs - Math.floor(atMs)) * 1000)
  return date.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`)
}
