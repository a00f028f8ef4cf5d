/** When the writer removes what is too much or too old. */

import type { CinescopeError } from '@cinescope/protocol'
import type { Clock } from '../base/clock.ts'
import type { PruneLimits } from '../options/retention-limits.ts'
import type { Strand } from './strand.ts'
import type { Strands } from './strands.ts'
import type { ThreadLedger } from './thread-ledger.ts'

/** What may stay of a recording. Age goes by the process's own clock: a step of the wall clock ages nothing, nor does a machine that sleeps. */
export interface RetentionSettings {
  readonly maxBytes: number
  readonly maxAgeMs: number | undefined
  readonly maxEvents: number | undefined
}

/** What it works on. */
export interface RetentionParts {
  /** They may change between two runs. */
  readonly settings: RetentionSettings
  readonly strands: Strands
  readonly ledger: ThreadLedger
  readonly clock: Clock
  readonly report: (error: CinescopeError) => void
}

/** Events may be older than `maxAgeMs` by this part of it before they go: so seldom is sealed what trickles in, and looked while nothing comes. */
const AGE_PARTS = 8

/** See the file's first line. */
export class Retention {
  readonly #parts: RetentionParts
  /** Commits of each thread when it was sealed last. */
  readonly #sealedAt = new WeakMap<Strand, number>()
  /** Commits when it ran last; -1 asks for a run: a run takes a slice. */
  #commits = 0
  #agedMs: number

  constructor(parts: RetentionParts) {
    this.#parts = parts
    this.#agedMs = parts.clock.now()
  }

  /** Something may have to go although nothing has been recorded. */
  get isDue(): boolean {
    return this.#commits < 0 || this.#isAgeDue
  }

  get #isAgeDue(): boolean {
    return this.#parts.clock.now() - this.#agedMs >= (this.#parts.settings.maxAgeMs ?? Infinity) / AGE_PARTS
  }

  /** The settings have changed: the next run looks, whether anything has been committed or not. */
  look(): void {
    this.#commits = -1
  }

  /** Removes what has to go, after commits and when age is due. False when the store refused to seal what must be sealed before. */
  run(): boolean {
    const { strands, ledger, report } = this.#parts
    const isAgeDue = this.#isAgeDue
    if (!isAgeDue && strands.commits === this.#commits) return true
    const isSealed = !isAgeDue || this.#seal()
    const isDone = ledger.prune(this.#limits(), report)
    this.#commits = isDone ? strands.commits : -1
    return isSealed
  }

  /** What is not finished is not removed, and of a thread that records little nothing would be finished for hours. */
  #seal(): boolean {
    const { strands, clock } = this.#parts
    this.#agedMs = clock.now()
    let isSealed = true
    for (const strand of strands) {
      if (strand.commits === (this.#sealedAt.get(strand) ?? 0)) continue
      isSealed = strand.finishSegment() && isSealed
      this.#sealedAt.set(strand, strand.commits)
    }
    return isSealed
  }

  #limits(): PruneLimits {
    const { settings, clock } = this.#parts
    const { maxBytes, maxAgeMs, maxEvents } = settings
    return {
      maxBytes,
      ...(maxEvents === undefined ? {} : { maxEvents }),
      ...(maxAgeMs === undefined ? {} : { fromNs: (clock.now() - maxAgeMs) * 1e6 }),
    }
  }
}
