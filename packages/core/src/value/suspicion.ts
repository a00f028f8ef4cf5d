/**
 * HOT. Tells in one pass over a string's code units whether a secret could hide in it, by the last three units.
 *
 * | bits of `UNIT_CLASS[unit & 255]` | meaning |
 * |---|---|
 * | 0 | a digit |
 * | 6 | `:`, `=` or `>` |
 * | 7 | not ASCII |
 * | 8 to 12 | letter 1 to 26 whatever the case, digit 27, `_` 28, `-` 29, `.` 30, anything else 0 |
 *
 * `TRIGRAM` has a bit for each three classes: bit `trail & 31` of word `trail >>> 5` is set where a known secret prefix may
 * begin or continue. As bits the table takes 4 KiB of the cache, as bytes it would take all of it.
 */

import { unitAt } from './intrinsics.ts'

/** Bits of what a text may hold: assignments or URLs, secrets of a known shape, card numbers. */
export const MAY_HOLD = { assignment: 64, shape: 128, card: 256 } as const
/** Of what a loop has found: a unit that is not ASCII. */
export const NOT_ASCII = 128
/** The bits of a class that are kept as they are found. */
export const FOUND: number = MAY_HOLD.assignment | NOT_ASCII
/** Where the class of a unit begins that `TRIGRAM` knows. */
export const CLASS_SHIFT = 8
/** Keeps the last three classes. */
export const TRIGRAM_MASK = 0x7fff
/** The shortest card number. */
export const CARD_DIGITS = 13

/**
 * Three neighbouring units of every prefix in shapes.ts, chosen to be rare in ordinary text, and of the names that stand
 * beside a secret without a sign: password, token, authorization. `(` stands for whatever is no letter, digit, `_`, `-` or `.`.
 */
const RARE: readonly string[] = (
  'eyj sk_ sk- rk_ hp_ ho_ hs_ hu_ hr_ b_p kia sia xox aiz lpa pm_ sg. ec_ --- rer sic shp ' +
  'sq0 hf_ ypi ey- ks. bho ocs tt0 r_p ak- ys_ op_ pp- a0. vs. r0_ gd_ bp_ ' +
  'ya2 _v1 (rk _rk -rk .rk ssw tok riz'
).split(' ')

export const UNIT_CLASS: Uint16Array = unitClasses()
export const TRIGRAM: Int32Array = trigrams()

/** The bits of `MAY_HOLD` for a text that is not copied at the same time. O(length). */
export function suspicionOf(text: string): number {
  let trail = 0
  let found = 0
  let digits = 0
  for (let i = 0; i < text.length; i++) {
    // the index is below 256, and the trail below 2^15
    const kind = UNIT_CLASS[unitAt(text, i) & 255]!
    trail = ((trail << 5) | (kind >>> CLASS_SHIFT)) & TRIGRAM_MASK
    found |= (kind & FOUND) | ((TRIGRAM[trail >>> 5]! >>> trail) & 1)
    digits = (digits + (kind & 1)) | 0
  }
  return suspicion(found, digits)
}

/** The same for `bytes[from, to)`, Latin-1. */
export function suspicionOfBytes(bytes: Uint8Array, from: number, to: number): number {
  let trail = 0
  let found = 0
  let digits = 0
  for (let i = from; i < to; i = (i + 1) | 0) {
    // i is below bytes.length, the trail below 2^15
    const kind = UNIT_CLASS[bytes[i]!]!
    trail = ((trail << 5) | (kind >>> CLASS_SHIFT)) & TRIGRAM_MASK
    found |= (kind & FOUND) | ((TRIGRAM[trail >>> 5]! >>> trail) & 1)
    digits = (digits + (kind & 1)) | 0
  }
  return suspicion(found, digits)
}

/** The bits of `MAY_HOLD` from what a loop over the units has gathered: bits `FOUND`, hits of `TRIGRAM` (bit 0), digits. */
export function suspicion(found: number, digits: number): number {
  return (
    (found & MAY_HOLD.assignment) |
    ((found & 1) === 1 ? MAY_HOLD.shape : 0) |
    (digits >= CARD_DIGITS ? MAY_HOLD.card : 0)
  )
}

function unitClasses(): Uint16Array {
  const classes = new Uint16Array(256)
  for (let i = 0; i < 26; i++) classes[65 + i] = classes[97 + i] = (i + 1) << CLASS_SHIFT
  for (let i = 0; i < 10; i++) classes[48 + i] = (27 << CLASS_SHIFT) | 1
  classes[95] = 28 << CLASS_SHIFT
  classes[45] = 29 << CLASS_SHIFT
  classes[46] = 30 << CLASS_SHIFT
  classes[58] = classes[61] = classes[62] = MAY_HOLD.assignment
  for (let i = 128; i < 256; i++) classes[i] = NOT_ASCII
  return classes
}

function trigrams(): Int32Array {
  const table = new Int32Array((TRIGRAM_MASK + 1) >>> 5)
  for (const text of RARE) {
    let trail = 0
    // RARE is plain ASCII
    for (let i = 0; i < 3; i++) trail = (trail << 5) | (UNIT_CLASS[text.charCodeAt(i)]! >>> CLASS_SHIFT)
    // the trail is below 2^15
    table[trail >>> 5]! |= 1 << trail
  }
  return table
}
