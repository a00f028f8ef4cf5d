/** Exit codes of the command, and the code that an error leads to. */

import { CinescopeError, type ErrorCode } from '@cinescope/protocol'

/** What the exit code tells a script. */
export const EXIT = {
  ok: 0,
  /** `doctor` found a problem, what was asked for is not in the recording, or a process did not do what `ctl` asked. */
  found: 1,
  /** The command line is wrong. */
  usage: 2,
  /** There is no recording, or it cannot be read. */
  recording: 3,
  /** A fault of the command itself, or a Node too old for it. */
  fault: 4,
} as const

/** One of them. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const CODES: Partial<Record<ErrorCode, ExitCode>> = {
  CSC_ERR_OPTION: EXIT.usage,
  CSC_ERR_QUERY: EXIT.usage,
  CSC_ERR_ID: EXIT.usage,
  CSC_ERR_AMBIGUOUS: EXIT.usage,
  CSC_ERR_NOT_FOUND: EXIT.found,
  CSC_ERR_PRUNED: EXIT.found,
  CSC_ERR_CONTROL: EXIT.found,
}

/** The code for what a command threw. */
export function exitCodeOf(thrown: unknown): ExitCode {
  if (!(thrown instanceof CinescopeError)) return isFromSystem(thrown) ? EXIT.recording : EXIT.fault
  return CODES[thrown.code] ?? EXIT.recording
}

/** An error in the command line. */
export function usageError(message: string): CinescopeError {
  return new CinescopeError('CSC_ERR_OPTION', message)
}

/** A file or directory that may not be read, and the like. */
export function isFromSystem(thrown: unknown): thrown is Error {
  return thrown instanceof Error && 'syscall' in thrown
}
