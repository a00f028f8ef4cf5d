/** An encoder with its decoder, over a buffer whose every byte a test may look at. */

import type { KeyLookup } from '@cinescope/protocol'
import { decodeDocument, decodeValue } from '@cinescope/protocol'
import type { CapturedText } from '../../src/value/captured-text.ts'
import { ValueEncoder } from '../../src/value/encoder.ts'
import { createKeyTable } from '../../src/value/keys.ts'
import type { RedactionOptions } from '../../src/value/redaction.ts'
import { createRedaction } from '../../src/value/redaction.ts'
import type { ValueLimits } from '../../src/value/walker.ts'

/** Limits wide enough for what a test does not want cut. */
export const WIDE: ValueLimits = { maxDepth: 16, maxWidth: 1000, maxStringLength: 16_384, maxBytes: 65_536 }
const NARROW: ValueLimits = { maxDepth: 6, maxWidth: 50, maxStringLength: 1024, maxBytes: 8192 }

const OFFSET = 7
const GUARD = 0xa5

export class Fixture {
  readonly encoder: ValueEncoder
  readonly definitions: string[] = []
  readonly #bytes: Uint8Array
  readonly #maxBytes: number
  #end = OFFSET

  constructor(options: { limits?: Partial<ValueLimits>; redaction?: RedactionOptions; maxKeys?: number } = {}) {
    const limits = { ...NARROW, ...options.limits }
    const redaction = createRedaction(options.redaction)
    const onDefine = (id: number, text: string): boolean => {
      this.definitions[id] = text
      return true
    }
    const keys = createKeyTable({ maxKeys: options.maxKeys ?? 65_536, redaction, onDefine })
    this.encoder = new ValueEncoder(keys, redaction, limits)
    this.#maxBytes = limits.maxBytes
    this.#bytes = new Uint8Array(new SharedArrayBuffer(OFFSET + limits.maxBytes + 64))
  }

  /** Encodes and decodes; fails if a byte outside the window was written. */
  roundTrip(value: unknown): unknown {
    return this.#take((into, at) => this.encoder.encode(value, into, at))
  }

  /** The encoded document alone. */
  encode(value: unknown): Uint8Array {
    this.roundTrip(value)
    return new Uint8Array(this.#bytes.subarray(OFFSET, this.#end))
  }

  decode(document: Uint8Array): unknown {
    return decodeDocument(document, (key) => this.definitions[key])
  }

  arguments(args: ArrayLike<unknown>, hidden = 0): unknown {
    return this.#take((into, at) => this.encoder.encodeArguments(args, into, at, hidden))
  }

  text(text: Partial<CapturedText> & { readonly bytes: Uint8Array }): unknown {
    const captured = { contentType: 'application/json', totalLength: text.bytes.length, complete: true, ...text }
    return this.#take((into, at) => this.encoder.encodeText(captured, into, at))
  }

  query(query: string): unknown {
    return this.#take((into, at) => this.encoder.encodeQuery(query, into, at))
  }

  /** Bytes of the last document. */
  get length(): number {
    return this.#end - OFFSET
  }

  /** True if `secret` stands anywhere the encoder wrote, given up bytes and key definitions included, in either width. */
  holds(secret: string): boolean {
    const all = Buffer.from(this.#bytes)
    const isStored = all.includes(Buffer.from(secret, 'latin1')) || all.includes(Buffer.from(secret, 'utf16le'))
    return isStored || this.definitions.some((text) => text.includes(secret))
  }

  #take(encode: (into: Uint8Array, at: number) => number): unknown {
    this.#bytes.fill(GUARD)
    this.#end = encode(this.#bytes, OFFSET)
    const limit = OFFSET + this.#maxBytes
    const outside = [...this.#bytes.subarray(0, OFFSET), ...this.#bytes.subarray(limit)]
    if (outside.some((byte) => byte !== GUARD)) throw new Error('a byte outside the window was written')
    if (this.#end > limit) throw new Error('the document is longer than its limit')
    const lookup: KeyLookup = (key) => this.definitions[key]
    return decodeValue(this.#bytes.slice(OFFSET, this.#end), lookup)
  }
}

/** What a decoded value looks like as JSON, for short assertions. */
export function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown)
}
