/** HOT: the first bytes of a body as they pass, and the count of all. Copies at most `maxBytes`. Bench row `http-cpu`. */

import type { CapturedText } from '../value/captured-text.ts'

const NOTHING = Buffer.alloc(0)

/** Collects one body. */
export class BodyTap {
  /** Bytes seen so far. */
  totalLength = 0
  /** The bytes are compressed: only their number is worth keeping. */
  isEncoded = false
  /** Length that was announced; NaN when none was. */
  announced: number = Number.NaN
  readonly #maxBytes: number
  #kept: Uint8Array = NOTHING
  /** The only chunk so far, where it was a string that fits: most responses are one. */
  #whole: string | undefined = undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Takes a chunk as a stream takes it. What is neither text nor bytes is left to the stream to refuse. */
  take(chunk: unknown, encoding: unknown): void {
    if (typeof chunk === 'string') this.#takeText(chunk, encoding)
    else if (chunk instanceof Uint8Array) this.#takeBytes(chunk)
  }

  /** Takes the only chunk without copying it: `text` is to be called before anyone can write into it. */
  lend(chunk: Uint8Array): void {
    this.totalLength = chunk.byteLength
    this.#kept = chunk.byteLength > this.#maxBytes ? chunk.subarray(0, this.#maxBytes) : chunk
  }

  /** Gives away what was collected. `isWhole` says that no more will come. */
  text(contentType: string | undefined, isWhole: boolean): CapturedText {
    const type = this.isEncoded ? 'application/octet-stream' : contentType
    const whole = this.#whole
    if (isWhole && whole !== undefined && type !== undefined) {
      this.#whole = undefined
      return new WholeText(type, whole, this.totalLength)
    }
    this.#settle()
    const bytes = this.#kept
    // a lent chunk must not be kept for as long as the request is open
    this.#kept = NOTHING
    return {
      contentType: type,
      bytes,
      totalLength: this.totalLength,
      complete: isWhole && bytes.length === this.totalLength,
    }
  }

  #takeText(chunk: string, given: unknown): void {
    const encoding = typeof given === 'string' && Buffer.isEncoding(given) ? given : 'utf8'
    if (this.totalLength === 0 && chunk.length > 0 && isUtf8(encoding)) {
      const length = Buffer.byteLength(chunk)
      if (length <= this.#maxBytes) {
        this.totalLength = length
        this.#whole = chunk
        return
      }
    }
    this.#settle()
    const room = this.#maxBytes - this.#kept.length
    this.totalLength += Buffer.byteLength(chunk, encoding)
    // a code unit becomes at least half a byte (hex), so twice the room is always enough
    if (room > 0) this.#keep(Buffer.from(chunk.length > room * 2 ? chunk.slice(0, room * 2) : chunk, encoding), room)
  }

  #takeBytes(chunk: Uint8Array): void {
    this.#settle()
    const room = this.#maxBytes - this.#kept.length
    this.totalLength += chunk.byteLength
    if (room > 0) this.#keep(Buffer.from(chunk.length > room ? chunk.subarray(0, room) : chunk), room)
  }

  /** More came than one string, or its bytes are wanted. */
  #settle(): void {
    if (this.#whole === undefined) return
    this.#kept = Buffer.from(this.#whole)
    this.#whole = undefined
  }

  #keep(own: Buffer, room: number): void {
    const bytes = own.length > room ? own.subarray(0, room) : own
    this.#kept = this.#kept.length === 0 ? bytes : Buffer.concat([this.#kept, bytes])
  }
}

/** A body that was one string. */
class WholeText implements CapturedText {
  readonly complete = true
  readonly contentType: string
  readonly text: string
  readonly totalLength: number

  constructor(contentType: string, text: string, totalLength: number) {
    this.contentType = contentType
    this.text = text
    this.totalLength = totalLength
  }

  get bytes(): Uint8Array {
    return Buffer.from(this.text)
  }
}

function isUtf8(encoding: string): boolean {
  return encoding === 'utf8' || encoding === 'utf-8' || encoding === 'UTF-8'
}
