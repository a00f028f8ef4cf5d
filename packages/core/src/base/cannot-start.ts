/** What a user reads when nothing can be recorded. */

import { CinescopeError } from '@cinescope/protocol'

/** The error of a recorder that could not start because of `cause`. */
export function cannotStart(cause: unknown): CinescopeError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new CinescopeError(
    'CSC_ERR_START',
    `nothing is recorded, the program runs on: ${why}; see the option 'directory'`,
    {
      cause,
    },
  )
}
