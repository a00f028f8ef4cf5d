/** What the server of the torture `memory` tells, sizes in bytes. */

/** What it holds after a collection. */
export interface Sample {
  /** Requests that have reached it. */
  readonly requests: number
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
  /** What keeps its event loop. */
  readonly resources: number
  /** Open files and sockets; undefined where the system does not tell. */
  readonly descriptors: number | undefined
}

/** Its last words. */
export interface Stopped {
  readonly requests: number
  readonly path: string | undefined
  readonly produced: number
  readonly pending: number
  readonly faults: readonly string[]
}
