/** Entities whose states matter at a step. */

import { type Entity, KINDS } from '@cinescope/protocol'
import type { QueryParts } from '../../query/reading.ts'
import { isState } from '../state-row.ts'
import { EVERYTHING, type StepSpace } from './space.ts'
import { compareSteps, STEP, type StepPlace } from './step.ts'

const STATE_BITS = (1 << (KINDS['state.snapshot'] - 32)) | (1 << (KINDS['state.patch'] - 32))

/**
 * Those that the film has to do with, first those that it had to do with up to the step, then those to come; or those whose
 * states were recorded last, which are looked for in the segments around the step only. The nearest first, `limit` at most.
 */
export async function touchedEntities(
  { reader, view, cost }: QueryParts,
  space: StepSpace,
  at: StepPlace,
  limit: number,
): Promise<readonly Entity[]> {
  const last = new Map<number, number>()
  const next = new Map<number, number>()
  const isFilm = space !== EVERYTHING
  for (const entry of reader.segments().toReversed()) {
    const { timeLow, timeHigh, kindsHigh, thread } = entry.summary
    if (!space.mayHold(entry)) continue
    if (!isFilm && (timeLow > at.time || (kindsHigh & STATE_BITS) === 0)) continue
    if (!isFilm && last.size > 0 && timeHigh < at.time) break
    await cost.breathe()
    const rows = reader.rows(entry)
    if (rows === undefined) continue
    for (let row = 0; row < rows.length; row++) {
      const subject = rows.subject[row]!
      if (subject === 0 || !(isFilm ? space.keeps(rows, row) : isState(rows.word[row]!))) continue
      const [time, seq] = [rows.time[row]!, rows.seq[row]!]
      if (compareSteps({ time, thread, phase: STEP.begin, seq }, at) <= 0)
        last.set(subject, Math.max(time, last.get(subject) ?? -Infinity))
      else if (isFilm) next.set(subject, Math.min(time, next.get(subject) ?? Infinity))
    }
  }
  const entities = new Map<string, Entity>()
  const before = Array.from(last).toSorted(([, a], [, b]) => b - a)
  const after = Array.from(next).toSorted(([, a], [, b]) => a - b)
  for (const [subject] of [...before, ...after]) {
    const entity = view.entity(subject)
    if (entity !== undefined) entities.set(`${entity.kind}\n${entity.scope}\n${entity.id}`, entity)
    if (entities.size === limit) break
  }
  return Array.from(entities.values())
}
