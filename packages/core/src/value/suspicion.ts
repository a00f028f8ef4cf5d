/**
 * HOT. Tells in one pass over a string's code units whether a secret could hide in it, by the last three units.
 *
 * | bits of `UNIT_CLASS[unit & 255]` | meaning |
 * |---|---|
 * | 0 to 4 | letter 1 to 26 whatever the case, digit 27, `_` 28, `-` 29, `.` 30, anything else 0 |
 * | 5 | a digit |
 * | 6 | `:`, `=` or `>` |
 *
 * `TRIGRAM` has a bit for each three classes: bit `trail & 31` of word `trail >>> 5` is set where a known secret prefix may
 * begin or continue. As bits the table takes 4 KiB of the cache, as bytes it would take all of it.
 */

import { unitAt } from './intrinsics.ts'

/** Bits of what a text may hold: assignments or URLs, secrets of a known shape, card numbers. */
export const MAY_HOLD = { assignment: 64, shape: 128, card: 256 } as const
/** Bit of a digit. */
export const DIGIT_SHIFT = 5
/** Keeps the last three classes. */
export const TRIGRAM_MASK = 0x7fff
/** From so many digits on a string may hold a card number. */
const CARD_DIGITS = 13

/**
 * Three neighbouring units of every prefix in shapes.ts, chosen to be rare in ordinary text, and of the names that stand
 * beside a secret without a sign: password, token, authorization. `(` stands for whatever is no letter, digit, `_`, `-` or `.`.
 */
const RARE: readonly string[] = (
  'eyj sk_ sk- rk_ hp_ ho_ hs_ hu_ hr_ b_p kia sia xox aiz lpa pm_ sg. ec_ --- rer sic shp ' +
  'sq0 hf_ ypi ey- ks. bho ocs tt0 r_p ak- ys_ op_ pp- a0. vs. r0_ gd_ bp_ ' +
  'ya2 _v1 (rk _rk -rk .rk ssw tok riz'
).split(' ')

export const UNIT_CLASS: Uint8Array = unitClasses()
export const TRIGRAM: Int32Array = trigrams()

/** The bits of `MAY_HOLD` for a text that is not copied at the same time. O(length). */
export function suspicionOf(text: string): number {
  let trail = 0
  let flags = 0
  let hits = 0
  let digits = 0
  for (let i = 0; i < text.length; i++) {
    // the index is below 256, and the trail below 2^15
    const unit = UNIT_CLASS[unitAt(text, i) & 255]!
    trail = ((trail << 5) | (unit & 31)) & TRIGRAM_MASK
    flags |= unit
    hits |= TRIGRAM[trail >>> 5]! >>> trail
    digits += (unit >>> DIGIT_SHIFT) & 1
  }
  return suspicion(flags, hits, digits)
}

/** The bits of `MAY_HOLD` from what a loop over the units has gathered: their classes, hits of `TRIGRAM` (bit 0), digits. */
export function suspicion(flags: number, hits: number, digits: number): number {
  return (
    (flags & MAY_HOLD.assignment) |
    ((hits & 1) === 1 ? MAY_HOLD.shape : 0) |
    (digits >= CARD_DIGITS ? MAY_HOLD.card : 0)
  )
}

function unitClasses(): Uint8Array {
  const classes = new Uint8Array(256)
  for (let i = 0; i < 26; i++) classes[65 + i] = classes[97 + i] = i + 1
  for (let i = 0; i < 10; i++) classes[48 + i] = 27 | (1 << DIGIT_SHIFT)
  classes[95] = 28
  classes[45] = 29
  classes[46] = 30
  classes[58] = classes[61] = classes[62] = MAY_HOLD.assignment
  return classes
}

function trigrams(): Int32Array {
  const table = new Int32Array((TRIGRAM_MASK + 1) >>> 5)
  for (const text of RARE) {
    let trail = 0
    // RARE is plain ASCII
    for (let i = 0; i < 3; i++) trail = (trail << 5) | (UNIT_CLASS[text.charCodeAt(i)]! & 31)
    // the trail is below 2^15
    table[trail >>> 5]! |= 1 << trail
  }
  return table
}
