/** HOT: the first bytes of a body as they pass, and the count of all. Copies at most `maxBytes`. */

import type { CapturedText } from '../value/captured-text.ts'

const NOTHING = Buffer.alloc(0)

/** Collects one body. */
export class BodyTap {
  /** Bytes seen so far. */
  totalLength = 0
  /** The bytes are compressed: only their number is worth keeping. */
  isEncoded = false
  readonly #maxBytes: number
  #kept: Buffer = NOTHING

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Takes a chunk as a stream takes it. What is neither text nor bytes is left to the stream to refuse. */
  take(chunk: unknown, encoding: unknown): void {
    if (typeof chunk === 'string')
      this.#takeText(chunk, typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8')
    else if (chunk instanceof Uint8Array) this.#takeBytes(chunk)
  }

  /** What was collected. `isWhole` says that no more will come. */
  text(contentType: string | undefined, isWhole: boolean): CapturedText {
    const complete = isWhole && this.#kept.length === this.totalLength
    return {
      contentType: this.isEncoded ? 'application/octet-stream' : contentType,
      bytes: this.#kept,
      totalLength: this.totalLength,
      complete,
    }
  }

  #takeText(chunk: string, encoding: BufferEncoding): void {
    const room = this.#maxBytes - this.#kept.length
    this.totalLength += Buffer.byteLength(chunk, encoding)
    // a code unit becomes at least half a byte (hex), so twice the room is always enough
    if (room > 0) this.#keep(Buffer.from(chunk.length > room * 2 ? chunk.slice(0, room * 2) : chunk, encoding), room)
  }

  #takeBytes(chunk: Uint8Array): void {
    const room = this.#maxBytes - this.#kept.length
    this.totalLength += chunk.byteLength
    if (room > 0) this.#keep(Buffer.from(chunk.length > room ? chunk.subarray(0, room) : chunk), room)
  }

  #keep(own: Buffer, room: number): void {
    const bytes = own.length > room ? own.subarray(0, room) : own
    this.#kept = this.#kept.length === 0 ? bytes : Buffer.concat([this.#kept, bytes])
  }
}
