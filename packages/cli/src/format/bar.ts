/** Where a span lies in its film, in eighths of a character. */

const LEFT = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/** A bar of `width` columns; `begin` and `length` are parts of the whole, no `length` is a point. */
export function bar(begin: number, length: number | undefined, width: number): string {
  if (width <= 0) return ''
  const start = Math.min(width - 1, Math.max(0, Math.floor(begin * width)))
  if (length === undefined) return `${' '.repeat(start)}·`.padEnd(width)
  const eighths = Math.max(1, Math.min((width - start) * 8, Math.round(length * width * 8)))
  const mark = '█'.repeat(Math.floor(eighths / 8)) + (LEFT[eighths % 8] ?? '')
  return (' '.repeat(start) + mark).padEnd(width)
}
