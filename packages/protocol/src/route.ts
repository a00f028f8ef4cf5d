/** Figures of routes: of all films of a kind that ended at one site, whether they are kept or not. */

import { ByteReader, ByteWriter } from './bytes.ts'
import { CinescopeError } from './errors.ts'
import type { Kind } from './kind.ts'
import { MAX_BIN, QuantileSketch } from './sketch.ts'
import type { DurationNs } from './time.ts'

/** One route. Exact over the films whose end reached the writer; what did not, the ledger counts as dropped. */
export interface RouteFigures {
  /** The films' name: `GET /orders/:id`. */
  readonly name: string
  readonly framework: string | undefined
  readonly kind: Kind | 'unknown'
  /** Films that ended. */
  readonly films: number
  /** Of them, those that ended as failed. */
  readonly failed: number
  /** Of them, those that are kept. Retention may have removed them since. */
  readonly kept: number
  /** Durations within 1 % of the exact ones. */
  readonly p50Ns: DurationNs
  readonly p95Ns: DurationNs
  readonly p99Ns: DurationNs
  /** What they are told from: see `QuantileSketch.addBin`. From the shortest to the longest. */
  readonly durations: readonly SketchBin[]
}

/** How many values a bin of a sketch has counted. */
export interface SketchBin {
  readonly bin: number
  readonly count: number
}

/** Most bins of one sketch: below zero, zero, above. */
const MAX_BINS = 8200

/** The bytes of a sketch of values that are not negative: number of bins, then each bin, less the one before, and its count. */
export function encodeSketch(sketch: QuantileSketch): Uint8Array {
  const bins = sketch.bins()
  const writer = new ByteWriter(64 + bins.length * 8)
  writer.varint(bins.length)
  let last = 0
  for (const { bin, count } of bins) {
    writer.varint(bin - last)
    writer.varint(count)
    last = bin
  }
  return writer.take()
}

/** @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
export function decodeSketch(bytes: Uint8Array): QuantileSketch {
  const reader = new ByteReader(bytes)
  const bins = reader.varint()
  if (bins > MAX_BINS) throw new CinescopeError('CSC_ERR_LIMIT', `a sketch claims ${bins} bins`)
  const sketch = new QuantileSketch()
  let bin = 0
  for (let i = 0; i < bins; i++) {
    bin += reader.varint()
    const count = reader.varint()
    if (bin > MAX_BIN || count === 0 || !Number.isSafeInteger(sketch.count + count))
      throw new CinescopeError('CSC_ERR_CORRUPT', 'a sketch counts what it cannot')
    sketch.addBin(bin, count)
  }
  return sketch
}
