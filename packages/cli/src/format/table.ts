/** Tables that fit the terminal: one column gives way, and some go when there is little room. */

import { clipLine, type Line, lineWidth, styled } from './styled.ts'

/** A column. */
export interface Column<T> {
  readonly title: string
  readonly align?: 'right'
  /** Cells are cut to what the others leave. At most one column. */
  readonly gives?: boolean
  /** Left out when the giving column would be narrower than `MIN_GIVING`; the highest goes first. */
  readonly expendable?: number
  cell(row: T): Line
}

const GAP = 2
const MIN_GIVING = 24

/** Lines of a table, its titles first. */
export function table<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): Line[] {
  const laid = columns.map((column) => ({ column, cells: rows.map((row) => column.cell(row)) }))
  const sized = laid.map(({ column, cells }) => ({
    column,
    cells,
    // a loop, not Math.max(...): a table may have 10,000 rows
    width: cells.reduce((most, cell) => Math.max(most, lineWidth(cell)), column.title.length),
  }))
  const kept = fit(sized, width)
  const titles = kept.map(({ column, width: size }) => aligned([styled('dim', column.title)], size, column.align))
  const body = rows.map((_, row) =>
    // every column has a cell for every row
    kept.map(({ column, cells, width: size }) => aligned(cells[row]!, size, column.align)),
  )
  return [titles, ...body].map(joined)
}

interface Sized<T> {
  readonly column: Column<T>
  readonly cells: readonly Line[]
  readonly width: number
}

function fit<T>(columns: readonly Sized<T>[], width: number): readonly Sized<T>[] {
  const giving = columns.find(({ column }) => column.gives === true)
  const fixed = columns.reduce((sum, each) => sum + (each === giving ? 0 : each.width), 0)
  const room = width - fixed - GAP * (columns.length - 1)
  if (giving === undefined || room >= giving.width) return columns
  const expendable = columns.filter(({ column }) => column.expendable !== undefined)
  const first = expendable.toSorted((a, b) => (b.column.expendable ?? 0) - (a.column.expendable ?? 0))[0]
  if (room < MIN_GIVING && first !== undefined) {
    return fit(
      columns.filter((each) => each !== first),
      width,
    )
  }
  return columns.map((each) => (each === giving ? { ...each, width: Math.max(1, room) } : each))
}

function aligned(cell: Line, width: number, align: 'right' | undefined): Line {
  const used = lineWidth(cell)
  if (used > width) return clipLine(cell, width)
  const fill = ' '.repeat(width - used)
  return align === 'right' ? [fill, ...cell] : [...cell, fill]
}

function joined(cells: readonly Line[]): Line {
  return cells.flatMap((cell, index) => (index === 0 ? cell : [' '.repeat(GAP), ...cell]))
}
