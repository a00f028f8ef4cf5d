/** Lets others have their turn while something long is written, and whoever asked for it end it. */

import { setImmediate } from 'node:timers/promises'
import { CinescopeError } from '@cinescope/protocol'

/** To be called again and again. @throws CSC_ERR_ABORTED */
export type Turn = () => Promise<void>

/** Milliseconds of work between two turns of others. */
const SLICE_MS = 20

/** See above. */
export function turns(signal: AbortSignal | undefined): Turn {
  let started = performance.now()
  return async () => {
    if (performance.now() - started > SLICE_MS) {
      await setImmediate()
      started = performance.now()
    }
    if (signal?.aborted === true)
      throw new CinescopeError('CSC_ERR_ABORTED', 'the writing was aborted; nothing of it was kept', {
        cause: signal.reason,
      })
  }
}
