/** Limits of pages. */

import { CinescopeError } from '@cinescope/protocol'

/** Items of a page unless said otherwise, and at most. */
const PAGE = { usual: 100, most: 10_000 } as const

/** The limit to use. @throws CSC_ERR_QUERY unless it is an integer from 1 to `PAGE.most` */
export function checkLimit(limit: number | undefined, usual: number = PAGE.usual): number {
  if (limit === undefined) return usual
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE.most) {
    throw new CinescopeError('CSC_ERR_QUERY', `limit is ${limit}; it must be an integer from 1 to ${PAGE.most}`)
  }
  return limit
}
