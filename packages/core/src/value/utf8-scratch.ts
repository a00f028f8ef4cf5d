/** HOT. Texts as UTF-8 for the tokenizers, in one buffer that is used again. */

import { writeUtf8 } from './intrinsics.ts'

/** Larger texts get a buffer of their own, which goes with them. */
const KEPT_BYTES = 16_384
const MAX_BYTES_PER_UNIT = 3

/** One per thread; what `of` gave is overwritten by its next call. */
export class Utf8Scratch {
  #bytes = new Uint8Array(1024)

  /** The text in UTF-8; a lone surrogate becomes U+FFFD, as it does on the wire. */
  of(text: string): Uint8Array {
    const most = text.length * MAX_BYTES_PER_UNIT
    if (most > KEPT_BYTES) return Buffer.from(text)
    if (most > this.#bytes.length) this.#bytes = new Uint8Array(Math.min(KEPT_BYTES, most * 2))
    return this.#bytes.subarray(0, writeUtf8(this.#bytes, text, 0, most))
  }
}
