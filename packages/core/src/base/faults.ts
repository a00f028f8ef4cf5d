/** Run-time faults of ours: counted per code, told once per code, never thrown into the host. */

import type { CinescopeError, ErrorCode } from '@cinescope/protocol'

/** One code that has occurred. */
export interface Fault {
  readonly code: ErrorCode
  /** The first message of this code. */
  readonly message: string
  readonly count: number
}

/** Where faults go. */
export interface Faults {
  /** Counts the error and tells the listener the first time its code occurs. Never throws. */
  report(error: CinescopeError): void
  list(): readonly Fault[]
}

/** A register that calls `listener` once per code; what the listener throws is swallowed into the register's own count. */
export function createFaults(listener: (error: CinescopeError) => void): Faults {
  const seen = new Map<ErrorCode, { message: string; count: number }>()
  return {
    report(error) {
      const known = seen.get(error.code)
      if (known !== undefined) {
        known.count++
        return
      }
      seen.set(error.code, { message: error.message, count: 1 })
      try {
        listener(error)
      } catch (thrown) {
        seen.set('CSC_ERR_CAPTURE', { message: `onInternalError threw: ${String(thrown)}`, count: 1 })
      }
    },
    list: () => Array.from(seen, ([code, fault]) => ({ code, ...fault })),
  }
}
