/** Errors of stored bytes. */

import type { CinescopeError } from '@cinescope/protocol'

/** Why stored bytes cannot be had. */
export type Failure = 'corrupt' | 'pruned'

/** Undefined for an error of another kind. */
export function failureOf({ code }: CinescopeError): Failure | undefined {
  if (code === 'CSC_ERR_PRUNED') return 'pruned'
  return code === 'CSC_ERR_CORRUPT' || code === 'CSC_ERR_LIMIT' ? 'corrupt' : undefined
}
