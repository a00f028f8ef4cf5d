/** How an adapter gets from the scope a user hands it to the probe it records through. A contract between copies of core. */

import { CinescopeError } from '@cinescope/protocol'
import type { Probe } from './probe.ts'

/** Whatever carries a probe: a scope. */
export interface ProbeCarrier {
  readonly 'cinescope.probe.v1': Probe
}

/** The probe of a scope. @throws CSC_ERR_OPTION for anything else */
export function probeOf(scope: ProbeCarrier): Probe {
  const probe = (scope as Partial<ProbeCarrier> | undefined)?.['cinescope.probe.v1']
  if (probe === undefined) {
    throw new CinescopeError(
      'CSC_ERR_OPTION',
      'a scope was expected: pass what createScope() resolved to (is an await missing?)',
    )
  }
  return probe
}
