/** Hooks: what a process can record, and whether it does. */

/** `active`: in place, and what it hooks is there. `absent`: what it hooks is not there (yet). `failed`: it could not be put in. `off`: the user's wish. */
export type HookState = 'active' | 'absent' | 'failed' | 'off'

/** The states, for whoever checks one that was stored. */
export const HOOK_STATES: readonly HookState[] = ['active', 'absent', 'failed', 'off']

/** One hook as it is now. */
export interface Hook {
  /** What is hooked: `http.client`, `pg`, ... */
  readonly name: string
  readonly state: HookState
  /** Of the library that is hooked, where it is known. */
  readonly version?: string
  /** Why it is not active. */
  readonly reason?: string
  /** What to do about it. */
  readonly remedy?: string
}
