/** Lines made of pieces with a style; the one place where escapes are written and foreign text is made visible. */

import { clip, visible, widthOf } from './visible.ts'

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const

/** How a piece looks. `plain` has no colour. */
export type Style = keyof typeof CODES | 'plain'

/** Text with a style. The text may be hostile. */
export interface Piece {
  readonly text: string
  readonly style: Style
}

/** A line, or a cell of a table. */
export type Line = readonly (Piece | string)[]

/** A piece. */
export function styled(style: Style, text: string): Piece {
  return { text, style }
}

/** Text of a line as it is printed: visible, at most `width` columns, with escapes only if `hasColor`. */
export function paint(line: Line, { width, hasColor }: { readonly width: number; readonly hasColor: boolean }): string {
  const pieces = clipLine(line, width).map(asPiece)
  if (!hasColor)
    return pieces
      .map(({ text }) => text)
      .join('')
      .trimEnd()
  return pieces
    .map(({ text, style }) =>
      style === 'plain' || text.trim() === '' ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`,
    )
    .join('')
    .trimEnd()
}

/** What puts painted lines in the place of all that a terminal shows: each clears what is left of its own, the last all below. */
export function inPlace(lines: readonly string[]): string {
  return `\u001b[H${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`
}

/** The line, visible, in at most `width` columns. */
export function clipLine(line: Line, width: number): Line {
  let room = width
  const kept: Piece[] = []
  for (const piece of line) {
    if (room <= 0) break
    const { text, style } = asPiece(piece)
    const shown = visible(text)
    const size = widthOf(shown)
    // what follows in the line does not fit, and `…` has to say so
    kept.push({ text: clip(shown, room), style })
    room -= size
  }
  return kept
}

/** Columns of a line. */
export function lineWidth(line: Line): number {
  return line.reduce((sum: number, piece) => sum + widthOf(visible(asPiece(piece).text)), 0)
}

function asPiece(piece: Piece | string): Piece {
  return typeof piece === 'string' ? { text: piece, style: 'plain' } : piece
}
