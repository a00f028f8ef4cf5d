/** Composition root of the app thread (being built): scope, options, lifecycle. */

import type { Probe } from './capture/probe.ts'

/** One recorder of this process. */
export interface Scope {
  readonly isEnabled: boolean
}

const PROBES = new WeakMap<Scope, Probe>()

/** The probe of a scope, for adapters. */
export function probeOf(scope: Scope): Probe {
  const probe = PROBES.get(scope)
  if (probe === undefined) throw new TypeError('not a scope')
  return probe
}
