/** What is the fault of one file and no reason to refuse an answer from the others. */

import { CinescopeError } from '@cinescope/protocol'

/** True for an error that says so. */
export function isUnreadable(thrown: unknown): thrown is CinescopeError {
  return thrown instanceof CinescopeError && UNREADABLE.has(thrown.code)
}

const UNREADABLE: ReadonlySet<string> = new Set([
  'CSC_ERR_NO_RECORDING',
  'CSC_ERR_FORMAT',
  'CSC_ERR_HOSTILE',
  'CSC_ERR_CORRUPT',
  'CSC_ERR_LIMIT',
  'CSC_ERR_STORE',
])
