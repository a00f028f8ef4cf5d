/** What is stepped over: which segments may have steps of it, and which rows. */

import { BLOOM_SALT, bloomMayHold, type Rows } from '@cinescope/protocol'
import type { FilmRow, SegmentEntry } from '../../store/event-store.ts'
import { mayHold } from '../state-row.ts'

/** See above. */
export interface StepSpace {
  mayHold(entry: SegmentEntry): boolean
  keeps(rows: Rows, row: number): boolean
}

/** All that was recorded. */
export const EVERYTHING: StepSpace = { mayHold: () => true, keeps: () => true }

/** A film. */
export function filmSpace({ thread, seq, lastSeq }: Pick<FilmRow, 'thread' | 'seq' | 'lastSeq'>): StepSpace {
  return {
    mayHold: ({ summary, bloom }) =>
      summary.thread === thread &&
      summary.seqLow <= lastSeq &&
      summary.seqHigh >= seq &&
      bloomMayHold(bloom, BLOOM_SALT.root, seq),
    keeps: (rows, row) => rows.root[row] === seq,
  }
}

/** An entity, in all its lives. */
export function entitySpace(lives: readonly number[]): StepSpace {
  const all = new Set(lives)
  return { mayHold: (entry) => mayHold(entry, all), keeps: (rows, row) => all.has(rows.subject[row]!) }
}
