/**
 * HOT. What is done around records, by samples: straight pieces of our own code that no code of the host is in. A piece that is
 * not sampled costs a decrement and a compare. Bench row `self-cost`.
 */

import type { Clock } from '../base/clock.ts'
import { Strides } from './strides.ts'

/** One piece in 32 is timed. */
const MEAN_STRIDE = 32
/** So many pieces begun inside one that is timed mean that its end was lost: something was thrown through it. */
const LOST_AFTER = 256

/** Whoever counts records. */
export interface RecordCount {
  /** Number of the last record offered. */
  readonly seq: number
}

/**
 * Pieces may lie in one another, and each counts for itself: while one is timed, the time of those inside is left out, as they
 * are sampled on their own. Nothing is thrown; a piece without its end is forgotten.
 */
export class SectionCosts {
  readonly #clock: Clock
  readonly #ring: RecordCount
  readonly #tell: () => void
  readonly #strides: Strides
  /** Pieces until one is timed. Below 1 while one is: so each piece inside comes here. */
  #until: number
  /** Pieces begun, and those until the next is timed. */
  #counted = 0
  #samples = 0
  #sampledNs = 0
  #sampledRecords = 0
  /** The least that a reading of the clock took: each stretch that is timed has one in it, which is not ours. */
  #readingNs = Number.POSITIVE_INFINITY
  /** Number of the piece that is timed; 0 when none is. */
  #timed = 0
  /** Number of the last piece that was. */
  #serial = 0
  /** A piece inside is under way. */
  #isPaused = false
  #inside = 0
  /** Of the piece that is timed, so far. */
  #ownNs = 0
  #ownRecords = 0
  /** Where the stretch begins that is timed now. */
  #sinceNs = 0
  #sinceSeq = 0

  /** `tell` is called with each sample. */
  constructor(clock: Clock, ring: RecordCount, tell: () => void) {
    this.#clock = clock
    this.#ring = ring
    this.#tell = tell
    this.#strides = new Strides(MEAN_STRIDE)
    this.#until = this.#next()
  }

  /** Begins a piece; gives what its `end` is to be told. 0 unless it is timed, or inside one that is. */
  begin(): number {
    return --this.#until > 0 ? 0 : this.#open()
  }

  /** Ends a piece. */
  end(piece: number): void {
    if (piece !== 0) this.#close(piece)
  }

  /** All pieces so far, the records in them included. */
  get ns(): number {
    return this.#samples === 0 ? 0 : (this.#sampledNs / this.#samples) * this.#begun
  }

  /** Records made in them. */
  get records(): number {
    return this.#samples === 0 ? 0 : (this.#sampledRecords / this.#samples) * this.#begun
  }

  get #begun(): number {
    return this.#counted - Math.max(0, this.#until)
  }

  #open(): number {
    try {
      return this.#timed === 0 ? this.#time() : this.#pause()
    } catch {
      // the stack ends here; this piece is not timed
      return 0
    }
  }

  #time(): number {
    this.#ownNs = this.#ownRecords = this.#inside = 0
    this.#isPaused = false
    this.#sinceSeq = this.#ring.seq
    this.#sinceNs = this.#nowNs()
    this.#timed = ++this.#serial
    return this.#timed
  }

  /** A piece inside: minus the number of the one around it; 0 where it is inside another of those. */
  #pause(): number {
    this.#counted++
    if (++this.#inside > LOST_AFTER) return this.#resume()
    if (this.#isPaused) return 0
    this.#settle(this.#nowNs())
    this.#isPaused = true
    return -this.#timed
  }

  #close(piece: number): void {
    try {
      const nowNs = this.#nowNs()
      if (piece === -this.#timed && this.#isPaused) {
        this.#isPaused = false
        this.#sinceSeq = this.#ring.seq
        this.#sinceNs = this.#nowNs()
      } else if (piece === this.#timed) {
        // something was thrown through a piece inside: where it ended is not known
        if (!this.#isPaused) this.#settle(nowNs)
        this.#add()
      }
    } catch {
      // the stack ends here; the piece is forgotten when its end does not come
    }
  }

  /** Ends the stretch that is timed. */
  #settle(nowNs: number): void {
    this.#readingNs = Math.min(this.#readingNs, this.#nowNs() - nowNs)
    this.#ownNs += Math.max(0, nowNs - this.#sinceNs - this.#readingNs)
    this.#ownRecords += this.#ring.seq - this.#sinceSeq
  }

  #add(): void {
    this.#samples++
    this.#sampledNs += this.#ownNs
    this.#sampledRecords += this.#ownRecords
    this.#resume()
    this.#tell()
  }

  /** Nothing is timed until the next stride is over. */
  #resume(): number {
    this.#timed = 0
    this.#until = this.#next()
    return 0
  }

  #next(): number {
    const stride = this.#strides.next()
    this.#counted += stride
    return stride
  }

  #nowNs(): number {
    return this.#clock.now() * 1e6
  }
}
