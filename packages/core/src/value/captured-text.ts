/** Bodies that arrive as text, tokenized into the same documents as values and redacted on the way. */

import { OMISSION } from '@cinescope/protocol'
import type { Walker } from './walker.ts'

/** A request or response body, or its first bytes. */
export interface CapturedText {
  readonly contentType: string | undefined
  readonly bytes: Uint8Array
  /** Bytes of the whole body. */
  readonly totalLength: number
  /** False when `bytes` is a prefix. */
  readonly complete: boolean
}

/** Writes a body; returns the end. */
export function writeText(walker: Walker, text: CapturedText, at: number): number {
  return walker.omit(at, OMISSION.text, text.totalLength)
}
