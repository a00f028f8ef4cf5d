/** HOT: the scope that an event of the process belongs to, and listeners that never throw into the host. */

import { reportFault } from '../adapter/fault.ts'
import type { Probe } from '../capture/probe.ts'

/** The scope whose span this runs inside of, else the first that records. */
export function ownerOf(users: ReadonlySet<Probe>): Probe | undefined {
  let first: Probe | undefined
  for (const probe of users) {
    if (!probe.isEnabled) continue
    if (users.size === 1 || probe.current() !== undefined) return probe
    first ??= probe
  }
  return first
}

/**
 * A listener that hands a message to the scope it belongs to, which is a section. What goes wrong is told as a fault of ours in
 * recording `what`.
 */
export function toOwner<T>(
  users: ReadonlySet<Probe>,
  what: string,
  receive: (probe: Probe, message: T) => void,
): (message: unknown) => void {
  return (message) => {
    const owner = ownerOf(users)
    if (owner === undefined) return
    const section = owner.sections.begin()
    try {
      receive(owner, message as T)
    } catch (cause) {
      reportFault(owner, what, cause)
    } finally {
      owner.sections.end(section)
    }
  }
}

/** Runs `capture`, which is a section; what goes wrong is told. */
export function guarded(probe: Probe, what: string, capture: () => void): void {
  const section = probe.sections.begin()
  try {
    capture()
  } catch (cause) {
    reportFault(probe, what, cause)
  } finally {
    probe.sections.end(section)
  }
}
