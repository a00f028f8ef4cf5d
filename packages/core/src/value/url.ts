/** Takes secrets out of URLs: userinfo, query and fragment parameters, tokens in the path. */

import { SENSITIVITY } from './names.ts'
import { isCallback, isFlowSecret } from './oauth.ts'
import { decodeComponent } from './percent.ts'
import type { Redaction } from './redaction.ts'
import { scrubText } from './scrub.ts'
import { MASK } from './shapes.ts'
import { followsSecretName, isPlainUrl, looksRandom } from './url-path.ts'

const MAX_URL = 16_384
const MAX_DECODED = 3
const NUMERIC = /^-?\d+(?:\.\d+)?$|^true$|^false$/

/**
 * What a route says of the values in its path: true if the value stands for a name that is no secret, false for one that is,
 * undefined if the route does not name it.
 */
export type RouteNames = (segment: string) => boolean | undefined

/** Segments which look random stay. */
const SHOWN: RouteNames = () => true

/** No route is known: what looks random may be a secret. */
export const UNNAMED: RouteNames = () => undefined

/**
 * `text`, a URL or the path and query of one, with its secrets masked; cut at 16 KiB. Segments of the path that look random
 * are masked unless `names` tells that they are harmless; without it they stay.
 */
export function redactUrl(text: string, redaction: Redaction, names: RouteNames = SHOWN): string {
  const bounded = text.length > MAX_URL ? text.slice(0, MAX_URL) : text
  const [beforeFragment, fragment] = splitOnce(bounded, '#')
  const [path, query] = splitOnce(beforeFragment, '?')
  const isAtCallback = isCallback(path)
  // most paths hold nothing to look at
  const isPlain = (names === SHOWN || names === UNNAMED) && !path.includes('@') && isPlainUrl(path)
  let result = isPlain ? path : scrubText(maskSegments(path, redaction, names), redaction)
  if (query !== undefined) result += `?${maskParameters(query, redaction, isAtCallback)}`
  if (fragment !== undefined) result += `#${maskParameters(fragment, redaction, isAtCallback)}`
  return result
}

function maskParameters(text: string, redaction: Redaction, isAtCallback: boolean): string {
  const pairs = text.split('&')
  const names = new Set(pairs.map((pair) => decodeComponent(splitOnce(pair, '=')[0])))
  return pairs.map((pair) => maskParameter(pair, redaction, isAtCallback, names)).join('&')
}

function maskParameter(pair: string, redaction: Redaction, isAtCallback: boolean, names: ReadonlySet<string>): string {
  const [key, value] = splitOnce(pair, '=')
  if (value === undefined) return maskDecoded(key, redaction)
  const name = decodeComponent(key)
  const sensitivity = redaction.classify(name)
  const isHidden =
    sensitivity === SENSITIVITY.strict ||
    (sensitivity === SENSITIVITY.loose && !NUMERIC.test(value)) ||
    isFlowSecret(name, value, isAtCallback, (other) => names.has(other))
  return `${maskDecoded(key, redaction)}=${isHidden && value !== '' ? MASK : maskDecoded(value, redaction)}`
}

/** The text as it is, unless what it decodes to, once or more often, holds a secret. */
function maskDecoded(text: string, redaction: Redaction): string {
  let decoded = text
  for (let i = 0; i <= MAX_DECODED; i++) {
    if (scrubText(decoded, redaction) !== decoded) return MASK
    const again = decodeComponent(decoded)
    if (again === decoded) return text
    decoded = again
  }
  // nobody encodes so often without a reason
  return MASK
}

/** Masks segments that are secrets by themselves, by the one before them or by the route. */
function maskSegments(path: string, redaction: Redaction, names: RouteNames): string {
  const segments = path.split('/')
  const decoded = segments.map(decodeComponent)
  // behind scheme://host
  const first = segments.length > 2 && segments[1] === '' && segments[0]?.endsWith(':') === true ? 3 : 0
  return segments
    .map((segment, index) => {
      // index is below segments.length
      const text = decoded[index]!
      if (index < first || segment === '') return segment
      const isHidden = names(text) === false || followsSecretName(decoded[index - 1] ?? '', text, redaction)
      if (isHidden || (looksRandom(text) && names(text) !== true)) return MASK
      return maskDecoded(segment, redaction)
    })
    .join('/')
}

function splitOnce(text: string, by: string): readonly [string, string | undefined] {
  const at = text.indexOf(by)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
