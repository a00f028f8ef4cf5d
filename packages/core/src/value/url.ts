/** Takes secrets out of URLs: userinfo, query and fragment parameters, tokens in the path. */

import { decodeComponent } from './form.ts'
import { SENSITIVITY } from './names.ts'
import type { Redaction } from './redaction.ts'
import { scrubText } from './scrub.ts'
import { MASK } from './shapes.ts'

const MAX_URL = 16_384
const TOKEN_SEGMENT = /^(?=.*\d)[\w.~%-]{12,}$/
const NUMERIC = /^-?\d+(?:\.\d+)?$|^true$|^false$/

/** `text`, a URL or the path and query of one, with its secrets masked; cut at 16 KiB. */
export function redactUrl(text: string, redaction: Redaction): string {
  const bounded = text.length > MAX_URL ? text.slice(0, MAX_URL) : text
  const [beforeFragment, fragment] = splitOnce(bounded, '#')
  const [path, query] = splitOnce(beforeFragment, '?')
  let result = scrubText(maskSegments(path, redaction), redaction)
  if (query !== undefined) result += `?${maskParameters(query, redaction)}`
  if (fragment !== undefined) result += `#${maskParameters(fragment, redaction)}`
  return result
}

function maskParameters(text: string, redaction: Redaction): string {
  return text
    .split('&')
    .map((pair) => maskParameter(pair, redaction))
    .join('&')
}

function maskParameter(pair: string, redaction: Redaction): string {
  const [name, value] = splitOnce(pair, '=')
  if (value === undefined) return maskDecoded(name, redaction)
  const sensitivity = redaction.classify(decodeComponent(name))
  const isHidden = sensitivity === SENSITIVITY.strict || (sensitivity === SENSITIVITY.loose && !NUMERIC.test(value))
  return `${maskDecoded(name, redaction)}=${isHidden && value !== '' ? MASK : maskDecoded(value, redaction)}`
}

/** The text as it is, unless what it decodes to holds a secret. */
function maskDecoded(text: string, redaction: Redaction): string {
  const decoded = decodeComponent(text)
  return scrubText(decoded, redaction) === decoded ? text : MASK
}

/** Masks a path segment that looks like a token behind one whose name is sensitive, `/reset-password/3f9c...`. */
function maskSegments(path: string, redaction: Redaction): string {
  const segments = path.split('/')
  return segments
    .map((segment, index) => {
      if (maskDecoded(segment, redaction) === MASK) return MASK
      const before = segments[index - 1] ?? ''
      const isToken = TOKEN_SEGMENT.test(segment) && redaction.classify(before) !== SENSITIVITY.none
      return isToken ? MASK : segment
    })
    .join('/')
}

function splitOnce(text: string, by: string): readonly [string, string | undefined] {
  const at = text.indexOf(by)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
