/** Names whose values say which film it is, not what happened in it: no two films have the same. */

const IDENTITY: ReadonlySet<string> = new Set(['traceparent', 'cinescope.trace.id', 'cinescope.remote.parent'])

/** True for a member that is never compared. */
export function isIdentity(key: string): boolean {
  return IDENTITY.has(key)
}
