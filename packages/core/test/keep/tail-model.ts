/** What the policy `tail` must do with a stream: worked out film by film from the list of records as a whole. */

import { FLAG, isSpanKind, KINDS, PHASE } from '@cinescope/protocol'
import type { Offered } from '../recording/stream.ts'

/** Bounds and thresholds as the stage has them. */
export interface TailModel {
  readonly slowNs: number
  readonly maxEvents: number
  readonly maxNs: number
  /** Indexes of records after which the stage was told the time. */
  readonly ticks: ReadonlySet<number>
  /** How what is left is decided. */
  readonly ending: 'keep' | 'decide'
}

/** What becomes of each film that has records. */
export interface Verdict {
  readonly isKept: boolean
  readonly isEarly: boolean
}

/** True for what is recorded whatever becomes of its film. */
export function isApart({ kind }: Offered): boolean {
  return kind === KINDS['state.snapshot']
}

/** The verdict on each film: at the first of its records, or readings of the time, that allows one. */
export function verdicts(stream: readonly Offered[], model: TailModel): Map<number, Verdict> {
  const roots = new Set(stream.flatMap(({ root, isLost }) => (isLost || root === 0 ? [] : [root])))
  return new Map([...roots].map((root) => [root, verdictOn(root, stream, model)]))
}

function verdictOn(root: number, stream: readonly Offered[], model: TailModel): Verdict {
  let since: number | undefined
  let held = 0
  for (const [index, record] of stream.entries()) {
    if (!record.isLost && record.root === root) {
      since ??= record.time
      if (!isApart(record)) held++
      const evidence = onRecord(root, record, since, model)
      if (evidence !== undefined) return { isKept: evidence, isEarly: false }
      if (held >= model.maxEvents) return { isKept: record.time - since > model.slowNs, isEarly: true }
    }
    const now = stream.slice(0, index + 1).findLast(({ isLost }) => !isLost)?.time ?? 0
    if (since !== undefined && model.ticks.has(index) && since <= now - model.maxNs)
      return { isKept: now - since > model.slowNs, isEarly: true }
  }
  const last = stream.findLast(({ isLost }) => !isLost)?.time ?? 0
  return { isKept: model.ending === 'keep' || last - (since ?? last) > model.slowNs, isEarly: true }
}

function onRecord(root: number, record: Offered, since: number, { slowNs }: TailModel): boolean | undefined {
  const isError = (record.flags & FLAG.error) !== 0
  if ((isError && !isSpanKind(record.kind)) || (record.flags & FLAG.marked) !== 0) return true
  if (record.phase === PHASE.end && record.span === root) return isError || record.time - record.since > slowNs
  return record.time - since > slowNs ? true : undefined
}
