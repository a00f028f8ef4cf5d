/** The scope that was started before the program, without its code: what the program starts joins it. */

import { CinescopeError } from '@cinescope/protocol'
import type { Scope } from './running-scope.ts'

/** For all copies of this package. */
const REGISTERED = Symbol.for('cinescope.registered.v1')

interface Registered {
  readonly scope: Scope
  readonly report: (error: CinescopeError) => void
}

const holder = globalThis as { [REGISTERED]?: Registered }

/** Makes it the one that the program joins. */
export function registerScope(scope: Scope, report: (error: CinescopeError) => void): void {
  holder[REGISTERED] = { scope, report }
}

/** The registered scope while it records. Options that it cannot take any more are told as such. */
export function registeredScope(options?: object): Scope | undefined {
  const registered = holder[REGISTERED]
  if (registered === undefined || !registered.scope.isEnabled) return undefined
  const names = Object.keys(options ?? {})
  if (names.length > 0) {
    const message = `createScope() joins the recording that was started before the program; its options (${names.join(', ')}) do not apply. Write them into a cinescope.config.js, set CINESCOPE_DIRECTORY and the like, or start the program without @cinescope/core/register`
    registered.report(new CinescopeError('CSC_ERR_OPTION', message))
  }
  return registered.scope
}
