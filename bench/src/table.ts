/** The rows as people read them. */

import type { RowResult } from './row.ts'

/** Columns of the table, and of a row that failed. */
export const HEAD: readonly string[] = [
  'id',
  'value',
  'unit',
  'bar',
  'reach',
  'holds',
  'n',
  'spread',
  'A/A',
  'definition',
]

/** Cells of a row. */
export function cellsOf(row: RowResult): string[] {
  const sign = row.sense === 'at most' ? '≤' : '≥'
  return [
    row.id,
    figure(row.value),
    row.unit,
    row.bar === undefined ? '–' : `${sign} ${figure(row.bar)}`,
    row.reach === undefined ? '–' : figure(row.reach),
    row.holds + (row.forced ? ' (forced)' : ''),
    String(row.n),
    figure(row.spread),
    figure(row.aa.spread),
    row.definition,
  ]
}

/** A table with aligned columns. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join('  '),
    )
    .join('\n')
}

/** A table in Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Three significant digits; thousands grouped. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (Math.abs(value) >= 1000) return Math.round(Number(value.toPrecision(3))).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}
