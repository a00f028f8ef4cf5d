/** What the overloaded program tells of itself. */

/** Counts are events, costs are µs of the app thread's CPU a request, one median a round. */
export interface OverloadReport {
  path: string
  normalUs: number[]
  overloadUs: number[]
  /** Resident size in normal load and the largest in overload. */
  normalRssMb: number
  overloadRssMb: number
  /** Events of the overloaded rounds. */
  overloaded: { produced: number; dropped: number }
  /** What the program knows that it offered, by kind. */
  offered: Record<string, number>
  /** The scope's account after a flush. */
  flushed: { produced: number; stored: number; dropped: number; pending: number }
  faults: string[]
}
