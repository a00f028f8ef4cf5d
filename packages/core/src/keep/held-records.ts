/**
 * HOT: records that are held back, copied as they are into chunks of one block of memory and chained: no object a record.
 * Bench row `keep`.
 *
 * A chunk holds records one after the other: 64 bytes, then the bytes of the value, filled up to a multiple of 8. A record
 * begins where 64 bytes are left in the chunk; a value goes on in the next one.
 */

import { kindOf, MAX_VALUE_BYTES, RECORD_BYTES, U32, VALUE_ABSENT } from '@cinescope/protocol'
import type { RecordView } from '../ring/consumer.ts'

/** Bytes of a chunk. */
export const CHUNK_BYTES = 1024

const WORDS = RECORD_BYTES / 4
/** Values shorter than this are copied byte by byte. */
const SHORT = 64

/** Records held together, in their order. Made by whoever holds them; `HeldRecords` fills it. */
export class Chain {
  records = 0
  chunks = 0
  /** Chunks; -1 for none. */
  first = -1
  last = -1
  /** Bytes used of the last chunk. */
  used: number = CHUNK_BYTES
}

/** Takes what was held. */
export interface HeldSink {
  record(view: RecordView): void
}

/** See the file's first line. */
export class HeldRecords {
  /** Chunks in use. */
  chunks = 0
  readonly capacity: number
  readonly #bytes: Uint8Array
  readonly #u32: Uint32Array
  /** Chunk that follows a chunk, in its chain or among the free ones. */
  readonly #next: Int32Array
  readonly #view: RecordView
  #scratch: Uint8Array | undefined
  #free = -1
  /** Chunks from here on have never been used: their memory is the system's still. */
  #untouched = 0

  constructor(maxBytes: number) {
    this.capacity = Math.max(1, Math.floor(maxBytes / CHUNK_BYTES))
    const block = new ArrayBuffer(this.capacity * CHUNK_BYTES)
    this.#bytes = new Uint8Array(block)
    this.#u32 = new Uint32Array(block)
    this.#next = new Int32Array(this.capacity)
    this.#view = {
      seq: 0,
      f64: new Float64Array(block),
      u32: this.#u32,
      f64Base: 0,
      u32Base: 0,
      bytes: this.#bytes,
      valueAt: 0,
      valueLength: 0,
    }
  }

  /** Bytes in use, of chunks that are not full too. */
  get bytes(): number {
    return this.chunks * CHUNK_BYTES
  }

  /** Copies a record to the end of a chain; false when there is no room, then nothing has changed. */
  append(chain: Chain, view: RecordView): boolean {
    const { valueLength } = view
    const value = valueLength >= VALUE_ABSENT ? 0 : valueLength
    const left = CHUNK_BYTES - chain.used
    const fits = left >= RECORD_BYTES
    const more = RECORD_BYTES + value - (fits ? left : 0)
    if (more > 0 && (this.capacity - this.chunks) * CHUNK_BYTES < more) return false
    if (!fits) this.#grow(chain)
    const { u32, u32Base } = view
    const own = this.#u32
    const to = (chain.last * CHUNK_BYTES + chain.used) >>> 2
    for (let i = 0; i < WORDS; i++) own[to + i] = u32[u32Base + i]!
    own[to + U32.valueLength] = valueLength
    chain.used += RECORD_BYTES
    if (value > 0) this.#appendValue(chain, view.bytes, view.valueAt, value)
    chain.records++
    return true
  }

  /** Hands a chain's records to `sink`; `before` is a seq that the first one is at or behind, by less than 2^32. */
  replay(chain: Chain, before: number, sink: HeldSink): void {
    const view = this.#view
    const place = new Place(chain.first)
    let seq = before
    for (let i = 0; i < chain.records; i++) {
      this.#enter(place)
      view.u32Base = place.at >>> 2
      view.f64Base = place.at >>> 3
      const length = this.#u32[view.u32Base + U32.valueLength]!
      seq += (this.#u32[view.u32Base + U32.seq]! - seq) >>> 0
      view.seq = seq
      view.valueLength = length
      place.at += RECORD_BYTES
      if (length > 0 && length < VALUE_ABSENT) this.#locate(place, view, length)
      sink.record(view)
    }
  }

  /** Counts a chain's records by kind. */
  count(chain: Chain, into: Float64Array): void {
    const place = new Place(chain.first)
    for (let i = 0; i < chain.records; i++) {
      this.#enter(place)
      const u = place.at >>> 2
      const kind = kindOf(this.#u32[u + U32.word]!)
      into[kind] = into[kind]! + 1
      const length = this.#u32[u + U32.valueLength]!
      place.at += RECORD_BYTES
      if (length > 0 && length < VALUE_ABSENT) this.#skip(place, length)
    }
  }

  /** Lets go of a chain's memory and empties it. */
  free(chain: Chain): void {
    if (chain.last < 0) return
    this.#next[chain.last] = this.#free
    this.#free = chain.first
    this.chunks -= chain.chunks
    chain.first = chain.last = -1
    chain.used = CHUNK_BYTES
    chain.records = chain.chunks = 0
  }

  #appendValue(chain: Chain, bytes: Uint8Array, at: number, length: number): void {
    let done = 0
    while (done < length) {
      if (chain.used === CHUNK_BYTES) this.#grow(chain)
      const part = Math.min(length - done, CHUNK_BYTES - chain.used)
      const to = chain.last * CHUNK_BYTES + chain.used
      if (part < SHORT) for (let i = 0; i < part; i++) this.#bytes[to + i] = bytes[at + done + i]!
      else this.#bytes.set(bytes.subarray(at + done, at + done + part), to)
      done += part
      chain.used += part
    }
    chain.used = (chain.used + 7) & ~7
  }

  /** Adds a chunk to a chain; there is one. */
  #grow(chain: Chain): void {
    let chunk = this.#free
    if (chunk < 0) chunk = this.#untouched++
    else this.#free = this.#next[chunk]!
    this.chunks++
    chain.chunks++
    if (chain.last < 0) chain.first = chunk
    else this.#next[chain.last] = chunk
    chain.last = chunk
    chain.used = 0
  }

  /** Moves to where the next record begins. */
  #enter(place: Place): void {
    const end = (place.chunk + 1) * CHUNK_BYTES
    if (end - place.at < RECORD_BYTES) this.#follow(place)
  }

  #follow(place: Place): void {
    place.chunk = this.#next[place.chunk]!
    place.at = place.chunk * CHUNK_BYTES
  }

  /** Moves behind a value. */
  #skip(place: Place, length: number): void {
    let left = length
    for (;;) {
      const end = (place.chunk + 1) * CHUNK_BYTES
      if (place.at === end) {
        this.#follow(place)
        continue
      }
      const part = Math.min(left, end - place.at)
      place.at += part
      left -= part
      if (left === 0) break
    }
    place.at = (place.at + 7) & ~7
  }

  /** Shows a value where it is, or put together where it goes over several chunks; moves behind it. */
  #locate(place: Place, view: RecordView, length: number): void {
    const end = (place.chunk + 1) * CHUNK_BYTES
    if (place.at === end) this.#follow(place)
    if (place.at + length <= (place.chunk + 1) * CHUNK_BYTES) {
      view.bytes = this.#bytes
      view.valueAt = place.at
      place.at = (place.at + length + 7) & ~7
      return
    }
    view.bytes = this.#gather(place, length)
    view.valueAt = 0
    this.#skip(place, length)
  }

  #gather({ chunk, at }: Place, length: number): Uint8Array {
    const whole = (this.#scratch ??= new Uint8Array(MAX_VALUE_BYTES))
    let done = 0
    let from = at
    let end = (chunk + 1) * CHUNK_BYTES
    let next = chunk
    while (done < length) {
      const part = Math.min(length - done, end - from)
      whole.set(this.#bytes.subarray(from, from + part), done)
      done += part
      next = this.#next[next]!
      from = next * CHUNK_BYTES
      end = from + CHUNK_BYTES
    }
    return whole
  }
}

/** Place in a chain while it is read. */
class Place {
  chunk: number
  /** Offset in the block. */
  at: number

  constructor(chunk: number) {
    this.chunk = chunk
    this.at = chunk * CHUNK_BYTES
  }
}
