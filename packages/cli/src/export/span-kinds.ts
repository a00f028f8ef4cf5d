/** Telling spans from points. */

import type { CinescopeEvent } from '@cinescope/core'
import { isSpanKind, KINDS } from '@cinescope/protocol'

/** True for what has a duration, or would have one had it ended. A kind of a later version is a span if it has one. */
export function isSpan({ kind, open, durationNs }: CinescopeEvent): boolean {
  return kind === 'unknown' ? open || durationNs !== undefined : isSpanKind(KINDS[kind])
}
