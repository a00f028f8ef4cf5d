/** How far the clocks of two processes are apart, as far as what they sent each other tells. */

import type { NodeId } from './ids.ts'

/** Bounds of what the wall clock of `to` shows more than that of `from`, in ms; undefined where nothing was sent that way. */
export interface ClockSkew {
  readonly from: NodeId
  readonly to: NodeId
  readonly lowMs: number | undefined
  /** Below `lowMs` when the clocks were set, or ran apart, in between. */
  readonly highMs: number | undefined
  /** Messages and requests that the bounds were drawn from. */
  readonly messages: number
}
