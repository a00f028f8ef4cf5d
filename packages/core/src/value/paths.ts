/** Redacted paths compiled to an automaton that is stepped key by key beside the walk. */

import { CinescopeError } from '@cinescope/protocol'
import { mapGet } from './intrinsics.ts'

/** A place in a value as far as the configured paths tell places apart. */
export interface PathState {
  /** The value at this place is left out. */
  readonly redacts: boolean
  /** The place under `key`, or undefined if no path leads on. */
  step(key: string): PathState | undefined
}

const MAX_STATES = 10_000

class State implements PathState {
  redacts = false
  other: State | undefined = undefined
  readonly exact: Map<string, State> = new Map()

  step(key: string): PathState | undefined {
    return mapGet(this.exact, key) ?? this.other
  }
}

/** Segments still to be matched, one list per path that is alive. */
type Rest = readonly (readonly string[])[]

/**
 * Compiles paths such as `body.user.ssn`, `items[0].pin` or `*.secret`; `*` stands for one key or index.
 * Undefined when there are none. @throws CSC_ERR_OPTION
 */
export function compilePaths(paths: readonly string[]): PathState | undefined {
  if (paths.length === 0) return undefined
  const states = new Map<string, State>()
  return build(paths.map(segmentsOf), states)
}

function build(rests: Rest, states: Map<string, State>): State {
  const name = JSON.stringify(rests)
  const known = states.get(name)
  if (known !== undefined) return known
  const state = new State()
  states.set(name, state)
  if (states.size > MAX_STATES) throw option('redaction.paths has too many wildcards', rests.length)
  state.redacts = rests.some((rest) => rest.length === 0)
  if (state.redacts) return state
  for (const key of new Set(rests.map((rest) => rest[0] ?? ''))) {
    if (key !== '*') state.exact.set(key, build(after(rests, key), states))
  }
  const wild = after(rests, '*')
  if (wild.length > 0) state.other = build(wild, states)
  return state
}

function after(rests: Rest, key: string): Rest {
  return rests.filter((rest) => rest[0] === key || rest[0] === '*').map((rest) => rest.slice(1))
}

function segmentsOf(path: string): readonly string[] {
  if (typeof path !== 'string') throw option('redaction.paths holds strings such as body.user.ssn', path)
  const segments = path.replace(/\[(\*|\d+)\]/g, '.$1').split('.')
  if (segments.some((segment) => segment === '')) throw option('a redacted path has an empty segment', path)
  return segments
}

function option(message: string, value: unknown): CinescopeError {
  return new CinescopeError('CSC_ERR_OPTION', `${message}, got ${JSON.stringify(value)}`)
}
