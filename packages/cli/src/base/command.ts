/** What a command is: its words for people, its options, and what it does. */

import type { Screen } from '../format/screen.ts'

/** How the text of an option becomes a value. */
type OptionKind = 'flag' | 'text' | 'integer' | 'milliseconds' | 'time' | 'choice' | 'pair'

/** One option of a command. */
export interface Option {
  readonly kind: OptionKind
  /** What stands for the value in the help: `MS`, `PATTERN`. */
  readonly value?: string
  readonly help: string
  readonly choices?: readonly string[]
  /** May be given more than once. */
  readonly repeats?: boolean
  readonly from?: number
  readonly to?: number
  /** One letter that stands for it: `f`, typed `-f`. */
  readonly short?: string
  /** An option that this one excludes. */
  readonly not?: string
}

/** Options by name, without the dashes. */
export type Options = Readonly<Record<string, Option>>

/** A word of the command line that is no option. */
interface Operand {
  readonly name: string
  readonly required?: boolean
  /** The last one may be given more than once. */
  readonly repeats?: boolean
}

/** A command. */
export interface Command {
  readonly name: string
  /** Paragraphs for the command's own help. */
  readonly about: readonly string[]
  readonly operands: readonly Operand[]
  /** What the words after the last operand are, which belong to somebody else and are not looked at: `ARGUMENTS`. */
  readonly rest?: string
  readonly options: Options
  /** Command lines and what each does. */
  readonly examples: readonly (readonly [line: string, does: string])[]
  /** It runs until it is told to end, or runs another program: that nothing is printed is no sign of work. */
  readonly goesOn?: boolean
  /** Gives the exit code: of `EXIT`, or that of a program it ran. */
  run(call: Call): Promise<number>
}

/** A command line that has been read and checked. */
export interface Call {
  readonly operands: readonly (string | undefined)[]
  /** Words that were not looked at. */
  readonly rest: readonly string[]
  readonly given: Given
  readonly screen: Screen
}

/** The options that were given, by name and kind. */
export interface Given {
  flag(name: string): boolean
  text(name: string): string | undefined
  number(name: string): number | undefined
  texts(name: string): readonly string[]
}

/** Options that every command takes. */
export const COMMON: Options = {
  json: { kind: 'flag', help: 'print one JSON document', not: 'ndjson' },
  ndjson: { kind: 'flag', help: 'print one JSON document a line' },
  help: { kind: 'flag', help: 'print this help' },
}
