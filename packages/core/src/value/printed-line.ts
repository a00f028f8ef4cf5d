/** Which arguments of a line that is printed, a format or not, are secrets by the text that stands before them. */

import { isView } from './intrinsics.ts'
import type { Redaction } from './redaction.ts'
import { scrubText } from './scrub.ts'
import { MASK } from './shapes.ts'

/** Those of node:util, and those that take no argument. */
const DIRECTIVE = /%[sdifjoOc%]/g
/** As much of a text as can name what follows it. */
const TAIL = 256
/** Stands for a text: looks as much like a secret as anything without a shape of its own can. */
const STAND_IN = 'argument9qqqqqqqqqqqqqqqqqqqqqqqqn'

/**
 * `args` with a mask in the place of each string, number or bytes that the text before it announces: the argument before, or
 * where the first is a format, what stands before its directive. Nothing is formatted: that would run the program's own code.
 */
export function withoutAnnounced(args: readonly unknown[], redaction: Redaction): readonly unknown[] {
  const [format] = args
  if (args.length < 2) return args
  const hidden = new Set<number>()
  const line = typeof format === 'string' && format.includes('%') ? formatted(format, args) : undefined
  for (let i = 1; i < args.length; i++) {
    if (!mayBeSecret(args[i])) continue
    const before = textBefore(args, i, line)
    if (before !== undefined && isAnnounced(before, standIn(args, i), redaction)) hidden.add(i)
  }
  if (line !== undefined) hideDirected(line, args, hidden, redaction)
  return hidden.size === 0 ? args : args.map((each, index) => (hidden.has(index) ? MASK : each))
}

/** A format with stand-ins in the place of its directives. */
interface Line {
  readonly text: string
  /** How many arguments it takes. */
  readonly taken: number
  /** What stands behind the last of them. */
  readonly tail: string
}

function formatted(format: string, args: readonly unknown[]): Line {
  let taken = 0
  let end = 0
  const text = format.replace(DIRECTIVE, (directive, at: number) => {
    if (directive === '%%') return '%'
    if (taken + 1 >= args.length) return directive
    end = at + directive.length
    return standIn(args, ++taken)
  })
  return { text, taken, tail: format.slice(end) }
}

/** The text that argument `i` stands behind where the line is printed; undefined where there is none. */
function textBefore(args: readonly unknown[], i: number, line: Line | undefined): string | undefined {
  const taken = line?.taken ?? 0
  if (taken > 0 && i === 1) return undefined
  if (line !== undefined && taken > 0 && i === taken + 1) return line.tail
  const before = args[i - 1]
  return typeof before === 'string' ? before : undefined
}

function isAnnounced(before: string, item: string, redaction: Redaction): boolean {
  const text = before.length > TAIL ? before.slice(-TAIL) : before
  return redaction.announces(text) || !scrubText(`${text} ${item}`, redaction).includes(item)
}

/** Whatever is masked of the format takes the arguments there with it. */
function hideDirected(line: Line, args: readonly unknown[], hidden: Set<number>, redaction: Redaction): void {
  if (line.taken === 0) return
  const masked = scrubText(line.text, redaction)
  if (masked === line.text) return
  for (let i = 1; i <= line.taken; i++) if (mayBeSecret(args[i]) && !masked.includes(standIn(args, i))) hidden.add(i)
}

/** Numbers are none to names that hide texts only. */
function standIn(args: readonly unknown[], index: number): string {
  const item = args[index]
  const isNumber = typeof item === 'number' || typeof item === 'bigint'
  return isNumber ? `9${String(index).padStart(5, '0')}9` : `${STAND_IN}${index}z`
}

function mayBeSecret(item: unknown): boolean {
  return typeof item === 'string' || typeof item === 'number' || typeof item === 'bigint' || isView(item)
}
