/** HOT. Paths of URLs: segments that are secrets by the segment before them, and segments that look random. */

import { unitAt } from './intrinsics.ts'
import { SENSITIVITY } from './names.ts'
import type { Redaction } from './redaction.ts'

/** A sensitive name is among what this finds; the segments of most paths are not. */
const SUSPECT =
  /pass|secret|token|key|auth|cred|sess|cookie|otp|pin|jwt|srf|cv[cv]|card|ssn|iban|sid|bearer|pwd|code|mnemonic|seed|reset|verif|confirm|activat|invit|magic|unlock|recover/i
const SIGNS = /[?%=;#]/
/** Segments behind which servers put what they sent by mail. */
const MAILED =
  /^(?:reset|verify|verification|confirm|confirmation|activate|activation|invite|invitation|magic|magic-?link|unlock|recover|recovery)$/i
const MAILED_LENGTH = 6
const WORD = /^[a-z]{1,19}(?:-[a-z]{1,19}){0,4}$/
const TOKEN_SEGMENT = /^(?=.*\d)[\w.~-]{12,}$/
/** Letters and digits without a gap from which on a segment is no word with a number. */
const RANDOM_RUN = 10

/** True if a segment of `text` looks random: ten letters and digits in a row, some of each. O(length), allocates nothing. */
export function looksRandom(text: string): boolean {
  let run = 0
  let kinds = 0
  for (let i = 0; i < text.length; i++) {
    const unit = unitAt(text, i)
    if (unit >= 0x30 && unit <= 0x39) kinds |= 1
    // letters of either case
    else if ((unit | 32) >= 0x61 && (unit | 32) <= 0x7a) kinds |= 2
    // the parts of a UUID are one run
    else if (unit !== 0x2d || kinds !== 3) {
      run = kinds = 0
      continue
    }
    if (++run >= RANDOM_RUN && kinds === 3) return true
  }
  return false
}

/** True unless `text`, a URL, holds something for `redactUrl` to look at. */
export function isPlainUrl(text: string): boolean {
  return !SIGNS.test(text) && !SUSPECT.test(text) && !looksRandom(text)
}

/** True if `segment` is a secret by the segment `before` it, `/reset-password/x`; both percent-decoded. */
export function followsSecretName(before: string, segment: string, redaction: Redaction): boolean {
  if (segment === '' || !SUSPECT.test(before)) return false
  if (MAILED.test(before)) return segment.length >= MAILED_LENGTH && !WORD.test(segment)
  const sensitivity = redaction.classify(before)
  if (sensitivity === SENSITIVITY.none) return false
  // `/auth/v1` is a place, `/sessions/17` an item
  if (sensitivity === SENSITIVITY.loose || /^auth/i.test(before)) return TOKEN_SEGMENT.test(segment)
  return !WORD.test(segment)
}
