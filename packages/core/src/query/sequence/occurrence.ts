/** An event as far as it matters what follows it. */

/** See above. */
export interface Occurrence {
  /** Number of its recording. */
  readonly home: number
  readonly thread: number
  readonly seq: number
  /** Its begin, in ns on a scale that all recordings share. */
  readonly time: number
  /** What it has in common with others. */
  readonly key: string
}

/** Negative if `a` came before `b`; 0 for the same event only. */
export function inOrder(a: Occurrence, b: Occurrence): number {
  return a.time - b.time || a.home - b.home || a.thread - b.thread || a.seq - b.seq
}
