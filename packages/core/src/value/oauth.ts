/** `code` and `state` are ordinary words, but secrets in the URLs of an OAuth flow (RFC 6749, section 4.1). */

/** Names that tell such a URL, or the form of a token request. */
const COMPANIONS: readonly string[] = [
  'state',
  'code',
  'session_state',
  'scope',
  'iss',
  'grant_type',
  'redirect_uri',
  'client_id',
  'response_type',
  'code_challenge',
]
const CALLBACK = /\/(?:[\w-]*callback|cb|oauth2?|oidc|redirect_uri)(?:[/?#]|$)/i
/** Shorter ones are post codes and `state=open`. */
const MIN_LENGTH = 8

/** True if the path, or a URL that begins with it, is where an authorization server sends its answer. */
export function isCallback(path: string): boolean {
  return CALLBACK.test(path)
}

/** True for a parameter that may be a secret of a flow. */
export function isFlowName(name: string): boolean {
  return name === 'code' || name === 'state'
}

/** True if `value` of the parameter `name` is a secret of a flow; `has` knows the other names of the same query. */
export function isFlowSecret(
  name: string,
  value: string,
  isAtCallback: boolean,
  has: (name: string) => boolean,
): boolean {
  if (!isFlowName(name) || value.length < MIN_LENGTH) return false
  return isAtCallback || COMPANIONS.some((other) => other !== name && has(other))
}
