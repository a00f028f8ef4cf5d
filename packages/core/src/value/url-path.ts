/** HOT. Paths of URLs: segments that are secrets by the segment before them, and segments that look random. */

import { unitAt } from './intrinsics.ts'
import { SENSITIVITY } from './names.ts'
import type { Redaction } from './redaction.ts'
import { TRIGRAM_MASK } from './suspicion.ts'

/** A sensitive name is among what this finds; the segments of most paths are not. */
const SUSPECT =
  /pass|secret|token|key|auth|cred|sess|cookie|otp|pin|jwt|srf|cv[cv]|card|ssn|iban|sid|bearer|pwd|code|mnemonic|seed|reset|verif|confirm|activat|invit|magic|unlock|recover/i
const DIGIT = 27
const DASH = 29
/**
 * Three letters of each word of `SUSPECT`, rare ones where there is a choice, in bits as `TRIGRAM` of suspicion.ts; and a
 * digit beside a letter, without which nothing looks random.
 */
const SUSPECTS: Int32Array = suspects(
  'pas ecr tok key aut cre ses ook otp pin jwt srf cvv cvc ard ssn iba sid bea ode pwd mne see ese eri nfi tiv nvi agi unl eco',
)
const SIGNS = /[?%=;#]/
const SPECIAL = 64
const UNIT_CLASS: Uint8Array = unitClasses()
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

/** False if `isPlainUrl` is true for the ASCII text of `bytes[from, to)`: one pass over an ordinary path tells. */
export function maySecretUrl(bytes: Uint8Array, from: number, to: number): boolean {
  let flags = 0
  let trail = 0
  let hits = 0
  for (let i = from; i < to; i++) {
    // i is below bytes.length, the class index below 256, the trail below 2^15
    const unit = UNIT_CLASS[bytes[i]!]!
    flags |= unit
    trail = ((trail << 5) | (unit & 31)) & TRIGRAM_MASK
    hits |= SUSPECTS[trail >>> 5]! >>> trail
  }
  return (flags & SPECIAL) !== 0 || (hits & 1) === 1
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

/** As in suspicion.ts: letters 1 to 26 whatever the case, digits 27, dashes 29, anything else 0. */
function unitClasses(): Uint8Array {
  const classes = new Uint8Array(256)
  for (let i = 0; i < 26; i++) classes[65 + i] = classes[97 + i] = i + 1
  for (let i = 0; i < 10; i++) classes[48 + i] = DIGIT
  classes[45] = DASH
  for (const sign of '?%=;#') classes[sign.charCodeAt(0)] = SPECIAL
  return classes
}

function suspects(words: string): Int32Array {
  const table = new Int32Array((TRIGRAM_MASK + 1) >>> 5)
  const add = (a: number, b: number, c: number): void => {
    const trail = (a << 10) | (b << 5) | c
    // the trail is below 2^15
    table[trail >>> 5]! |= 1 << trail
  }
  const letter = (word: string, index: number): number => word.charCodeAt(index) - 0x60
  for (const word of words.split(' ')) add(letter(word, 0), letter(word, 1), letter(word, 2))
  for (let each = 1; each < DIGIT; each++) {
    for (let before = 0; before < 32; before++) {
      add(before, each, DIGIT)
      add(before, DIGIT, each)
    }
    add(each, DASH, DIGIT)
    add(DIGIT, DASH, each)
  }
  return table
}
