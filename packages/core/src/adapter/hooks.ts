/** Process-wide hooks, shared by all scopes and all copies of this package, and removed with the last scope that uses them. */

import type { Probe } from '../capture/probe.ts'

/** The contract between copies: hooks by the object they change. */
const REGISTRY = Symbol.for('cinescope.hooks.v1')

interface Hook {
  readonly users: Set<Probe>
  readonly uninstall: () => void
}

interface HookCarrier {
  [REGISTRY]?: Map<object, Hook>
}

/**
 * Installs a hook into `target` unless it is there, and counts `probe` as a user of it until its scope stops.
 * `install` gives what takes the hook off; it is handed the users as they are at any time. A probe counts once for a target.
 */
export function useHook(probe: Probe, target: object, install: (users: ReadonlySet<Probe>) => () => void): void {
  const hooks = registry()
  const known = hooks.get(target)
  if (known?.users.has(probe) === true) return
  const hook = known ?? installed(probe, install)
  hooks.set(target, hook)
  hook.users.add(probe)
  probe.onStop(() => {
    hook.users.delete(probe)
    if (hook.users.size > 0) return
    hooks.delete(target)
    hook.uninstall()
  })
}

function installed(first: Probe, install: (users: ReadonlySet<Probe>) => () => void): Hook {
  const users = new Set([first])
  return { users, uninstall: install(users) }
}

function registry(): Map<object, Hook> {
  const carrier = globalThis as HookCarrier
  carrier[REGISTRY] ??= new Map()
  return carrier[REGISTRY]
}
