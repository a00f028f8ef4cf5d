/** Faults of ours inside a hook: told, counted, never thrown into the host. */

import { CinescopeError } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'

/** Reports that capturing `what` failed. */
export function reportFault(probe: Probe, what: string, cause: unknown): void {
  probe.report(new CinescopeError('CSC_ERR_CAPTURE', `${what} could not be recorded`, { cause }))
}
