/** Shared figures through which the app thread and the writer see each other without messages. */

/** Index of each float64 figure; written by the writer, but for what only the app thread knows. */
export const STATUS = {
  accounted: 0,
  stored: 1,
  pruned: 2,
  refused: 3,
  overwritten: 4,
  commits: 5,
  ringGrown: 6,
  bytes: 7,
  writerCpuMs: 8,
  lastCommitNs: 9,
  failures: 10,
  lastSeq: 11,
  offered: 12,
  probeCpuMs: 13,
  valuesLost: 14,
  uninterned: 15,
  notKept: 16,
  sampledOut: 17,
  /** Of all threads, and bytes of all commits. */
  allProbesCpuMs: 18,
  written: 19,
  spansThinned: 20,
  valuesThinned: 21,
} as const

/** Index of each int32 word. */
export const SIGNAL = {
  /** Number of the last request, written by the app thread. */
  requested: 0,
  /** Number of the last request that is done, written by the writer; a futex. */
  done: 1,
  /** One of `STOP`. */
  stop: 2,
  /** 0 starting, 1 recording, 2 stopped, 3 failed. */
  state: 3,
  /** Number of the last request that the store refused, written by the writer before `done`. */
  refused: 4,
  /** Changes of the figures, begun and done: odd while they do not belong together. */
  publications: 5,
} as const

/** Whether the thread asks for the end: of the recording, or because it ends itself. */
export const STOP = { no: 0, asked: 1, exit: 2 } as const

/** Words of the writer's state. */
export const WRITER_STATE = ['starting', 'recording', 'stopped', 'failed'] as const

/** What the writer is doing. */
export type WriterState = (typeof WRITER_STATE)[number]

/** The shared block. */
export interface StatusMemory {
  readonly figures: SharedArrayBuffer
  readonly signals: SharedArrayBuffer
}

/** An empty block. */
export function allocateStatus(): StatusMemory {
  return { figures: new SharedArrayBuffer(24 * 8), signals: new SharedArrayBuffer(8 * 4) }
}
